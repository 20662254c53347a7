package consumers;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.CookieManager;
import java.net.CookiePolicy;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Starts an emulator and an application, and uses the application over HTTP. */
public final class Drive implements AutoCloseable {
    private static final byte[] KEY = new byte[32];
    private static final int SECONDS_TO_START = 60;

    private final List<Process> processes = new ArrayList<>();
    private final Map<String, String> variables = new HashMap<>();
    private final HttpClient browser = HttpClient.newBuilder()
        .cookieHandler(new CookieManager(null, CookiePolicy.ACCEPT_ALL))
        .build();
    private final String application;

    /** Starts the program {@code main} of the test's class path. */
    private Drive(String main) throws Exception {
        startEmulator();
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        application = "http://localhost:" + port;
        variables.put("PORT", Integer.toString(port));
        variables.put("WEBHOOK_SECRET", "whsec_" + Base64.getEncoder().encodeToString(KEY));
        String classPath =
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        start(false, System.getProperty("java.home") + "/bin/java", "-cp", classPath, main);
        waitForApplication();
    }

    /** Uses all routes of an application, and fails if a response differs. */
    public static void all(String main) throws Exception {
        try (Drive drive = new Drive(main)) {
            drive.guard();
            drive.login();
            drive.webhook();
        }
    }

    private void guard() throws Exception {
        expect(401, "", get("/me"));
        expect(401, "", get("/me", "authorization", "Bearer not-a-token"));
        String token = machineToken();
        String clientId = variables.get("SCALEKIT_CLIENT_ID");
        expect(200, clientId, get("/me", "authorization", "Bearer " + token));
        String tampered = token.substring(0, token.length() - 8) + "AAAAAAAA";
        expect(401, "", get("/me", "authorization", "Bearer " + tampered));
    }

    /** Follows the redirects of the login, which the emulator approves. */
    private void login() throws Exception {
        String next = application + "/login";
        for (int redirects = 0; !next.endsWith("/me"); redirects++) {
            HttpResponse<String> response = get(URI.create(next));
            if (redirects > 10 || response.statusCode() / 100 != 3) {
                throw new AssertionError(next + ": " + response + " " + response.body());
            }
            String location = response.headers().firstValue("location").orElseThrow();
            next = URI.create(next).resolve(location).toString();
        }
        expect(200, "usr_", get("/me"));
        expect(403, "", get("/callback?code=code&state=another"));
    }

    private void webhook() throws Exception {
        String body = "{\"type\":\"scalekit.organization.created\"}";
        String time = Long.toString(Instant.now().getEpochSecond());
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(KEY, "HmacSHA256"));
        String signed = "msg_1." + time + "." + body;
        byte[] signature = mac.doFinal(signed.getBytes(StandardCharsets.UTF_8));
        String[] headers = {
            "webhook-id", "msg_1",
            "webhook-timestamp", time,
            "webhook-signature", "v1," + Base64.getEncoder().encodeToString(signature),
        };
        expect(204, "", post(body, headers));
        expect(400, "", post(body + " ", headers));
        expect(400, "", post(body, "webhook-id", "msg_1"));
    }

    private static void expect(int status, String start, HttpResponse<String> response) {
        if (response.statusCode() != status || !response.body().startsWith(start)) {
            throw new AssertionError(
                response.request() + ": expected " + status + " " + start + ", got "
                    + response.statusCode() + " " + response.body());
        }
    }

    private HttpResponse<String> get(String path, String... headers) throws Exception {
        return get(URI.create(application + path), headers);
    }

    private HttpResponse<String> get(URI url, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(url);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return browser.send(request.build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String body, String... headers) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(application + "/webhook"))
            .POST(BodyPublishers.ofString(body))
            .headers(headers)
            .header("content-type", "application/json")
            .build();
        return browser.send(request, BodyHandlers.ofString());
    }

    /** Requests a token with the client's credentials, without the package. */
    private String machineToken() throws Exception {
        String form = "grant_type=client_credentials"
            + "&client_id=" + variables.get("SCALEKIT_CLIENT_ID")
            + "&client_secret=" + variables.get("SCALEKIT_CLIENT_SECRET");
        String url = variables.get("SCALEKIT_ENVIRONMENT_URL") + "/oauth/token";
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
            .POST(BodyPublishers.ofString(form))
            .header("content-type", "application/x-www-form-urlencoded")
            .build();
        String response = browser.send(request, BodyHandlers.ofString()).body();
        String rest = response.split("\"access_token\"\\s*:\\s*\"")[1];
        return rest.substring(0, rest.indexOf('"'));
    }

    /** The emulator approves each login of the seeded user. */
    private void startEmulator() throws Exception {
        File root = new File(System.getProperty("user.dir"), "../../..").getCanonicalFile();
        String program = System.getenv().getOrDefault(
            "SCALEKIT_EMULATOR_BIN", new File(root, "target/debug/scalekit-emulator").getPath());
        String people = new File(root, "node/tests/consumers/people.json").getPath();
        Process emulator = start(
            true, program, "--port", "0", "--stop-with-stdin", "--auto-approve", "--seed", people);
        BufferedReader lines = emulator.inputReader();
        for (int line = 0; line < 3; line++) {
            String[] variable = lines.readLine().replaceFirst("^export ", "").split("=", 2);
            variables.put(variable[0], variable[1]);
        }
    }

    private Process start(boolean readsOutput, String... command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        if (!readsOutput) {
            builder.redirectOutput(ProcessBuilder.Redirect.INHERIT);
        }
        builder.environment().putAll(variables);
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    private void waitForApplication() throws Exception {
        for (int attempt = 0; attempt < SECONDS_TO_START * 10; attempt++) {
            try {
                get("/me");
                return;
            } catch (IOException notReady) {
                if (!processes.get(1).isAlive()) {
                    break;
                }
                Thread.sleep(100);
            }
        }
        throw new AssertionError("the application does not start");
    }

    @Override
    public void close() throws InterruptedException {
        for (Process process : processes) {
            process.destroy();
            process.waitFor();
        }
    }
}
