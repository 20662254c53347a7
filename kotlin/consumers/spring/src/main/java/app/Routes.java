package app;

import com.scalekit.client.AuthorizationUrlOptions;
import com.scalekit.client.Pkce;
import com.scalekit.client.ScalekitClient;
import com.scalekit.client.ScalekitTokenValidationException;
import com.scalekit.client.ScalekitWebhookVerificationException;
import jakarta.servlet.http.HttpSession;
import java.net.URI;
import java.util.Map;
import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Login, callback, a guarded page and a webhook. */
@RestController
class Routes {
    private static final String CALLBACK =
        "http://localhost:" + System.getenv("PORT") + "/callback";

    private final ScalekitClient client;

    Routes(ScalekitClient client) {
        this.client = client;
    }

    @GetMapping("/login")
    ResponseEntity<Void> login(HttpSession session) {
        Pkce pkce = Pkce.generate();
        String state = UUID.randomUUID().toString();
        session.setAttribute("state", state);
        session.setAttribute("verifier", pkce.getVerifier());
        AuthorizationUrlOptions options = new AuthorizationUrlOptions();
        options.setState(state);
        options.setPkce(pkce);
        return redirect(client.getLogin().authorizationUrl(CALLBACK, options));
    }

    @GetMapping("/callback")
    ResponseEntity<Void> callback(
        HttpSession session, @RequestParam String code, @RequestParam String state) {
        Object expected = session.getAttribute("state");
        session.removeAttribute("state");
        if (!state.equals(expected)) {
            return ResponseEntity.status(HttpStatus.FORBIDDEN).build();
        }
        String verifier = (String) session.getAttribute("verifier");
        String token =
            client.blocking().authenticateWithCode(code, CALLBACK, verifier).getAccessToken();
        session.setAttribute("token", token);
        return redirect("/me");
    }

    @GetMapping("/me")
    String me(
        HttpSession session,
        @RequestHeader(name = "authorization", defaultValue = "") String header) {
        Object token = header.isEmpty()
            ? session.getAttribute("token")
            : header.replaceFirst("^Bearer ", "");
        return client.blocking().validateToken(token == null ? "" : token.toString()).getSubject();
    }

    @PostMapping("/webhook")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void webhook(@RequestHeader Map<String, String> headers, @RequestBody byte[] body) {
        client.getWebhooks().verify(System.getenv("WEBHOOK_SECRET"), headers, body);
    }

    @ExceptionHandler
    @ResponseStatus(HttpStatus.UNAUTHORIZED)
    void rejected(ScalekitTokenValidationException error) {}

    @ExceptionHandler
    @ResponseStatus(HttpStatus.BAD_REQUEST)
    void rejected(ScalekitWebhookVerificationException error) {}

    private static ResponseEntity<Void> redirect(String url) {
        return ResponseEntity.status(HttpStatus.FOUND).location(URI.create(url)).build();
    }
}
