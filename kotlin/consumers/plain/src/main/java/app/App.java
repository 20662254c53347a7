package app;

import com.scalekit.client.AuthenticationResult;
import com.scalekit.client.AuthorizationUrlOptions;
import com.scalekit.client.Pkce;
import com.scalekit.client.ScalekitClient;
import com.scalekit.client.ScalekitTokenValidationException;
import com.scalekit.client.ScalekitWebhookVerificationException;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;

/** A web application with the HTTP server of the JDK. */
public final class App {
    private static final int PORT = Integer.parseInt(System.getenv("PORT"));
    private static final String CALLBACK = "http://localhost:" + PORT + "/callback";

    private final ScalekitClient client = ScalekitClient.fromEnv();
    private final Map<String, Map<String, String>> sessions = new ConcurrentHashMap<>();

    public static void main(String[] arguments) throws IOException {
        App app = new App();
        HttpServer server = HttpServer.create(new InetSocketAddress("localhost", PORT), 0);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/login", app::login);
        server.createContext("/callback", app::callback);
        server.createContext("/me", app::me);
        server.createContext("/webhook", app::webhook);
        server.start();
    }

    private void login(HttpExchange exchange) throws IOException {
        Map<String, String> session = session(exchange);
        Pkce pkce = Pkce.generate();
        session.put("state", UUID.randomUUID().toString());
        session.put("verifier", pkce.getVerifier());
        AuthorizationUrlOptions options = new AuthorizationUrlOptions();
        options.setState(session.get("state"));
        options.setPkce(pkce);
        redirect(exchange, client.getLogin().authorizationUrl(CALLBACK, options));
    }

    private void callback(HttpExchange exchange) throws IOException {
        Map<String, String> session = session(exchange);
        Map<String, String> query = query(exchange);
        String state = session.remove("state");
        if (state == null || !state.equals(query.get("state"))) {
            respond(exchange, 403, "");
            return;
        }
        AuthenticationResult result = client.blocking()
            .authenticateWithCode(query.get("code"), CALLBACK, session.remove("verifier"));
        session.put("token", result.getAccessToken());
        redirect(exchange, "/me");
    }

    private void me(HttpExchange exchange) throws IOException {
        String header = exchange.getRequestHeaders().getFirst("authorization");
        String token = header == null
            ? session(exchange).getOrDefault("token", "")
            : header.replaceFirst("^Bearer ", "");
        try {
            respond(exchange, 200, client.blocking().validateToken(token).getSubject());
        } catch (ScalekitTokenValidationException rejected) {
            respond(exchange, 401, "");
        }
    }

    private void webhook(HttpExchange exchange) throws IOException {
        Map<String, String> headers = new HashMap<>();
        exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values.get(0)));
        byte[] body = exchange.getRequestBody().readAllBytes();
        try {
            client.getWebhooks().verify(System.getenv("WEBHOOK_SECRET"), headers, body);
            respond(exchange, 204, "");
        } catch (ScalekitWebhookVerificationException rejected) {
            respond(exchange, 400, "");
        }
    }

    /** Returns the session of the request's cookie, or a new one. */
    private Map<String, String> session(HttpExchange exchange) {
        String cookie = exchange.getRequestHeaders().getFirst("cookie");
        String id = cookie == null
            ? UUID.randomUUID().toString()
            : cookie.replaceFirst(".*session=", "");
        if (cookie == null) {
            exchange.getResponseHeaders().add("set-cookie", "session=" + id + "; Path=/; HttpOnly");
        }
        return sessions.computeIfAbsent(id, unused -> new ConcurrentHashMap<>());
    }

    private static Map<String, String> query(HttpExchange exchange) {
        Map<String, String> query = new HashMap<>();
        for (String parameter : exchange.getRequestURI().getRawQuery().split("&")) {
            String[] parts = parameter.split("=", 2);
            query.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
        }
        return query;
    }

    private static void redirect(HttpExchange exchange, String url) throws IOException {
        Headers headers = exchange.getResponseHeaders();
        headers.set("location", url);
        respond(exchange, 302, "");
    }

    private static void respond(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }
}
