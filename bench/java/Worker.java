import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import com.scalekit.client.ScalekitClient;
import com.scalekit.client.Webhooks;
import com.scalekit.client.blocking.BlockingClient;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.Signature;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * {@code Worker TASK URL FILE [THREADS]}: one side of a comparison.
 *
 * <p>URL serves the keys. FILE is the output of {@code crypto make}. Prints {@code ready}. Then
 * prints the microseconds of one operation for each line on standard input, measured over about
 * 20 ms, or 100 ms with several threads. All threads count together.
 */
public class Worker {
    private static final byte[] KEY = new byte[32];
    private static final String SECRET = "whsec_" + Base64.getEncoder().encodeToString(KEY);

    /** Compiles the code before the first round. */
    private static final long WARM_UP_NANOS = 3_000_000_000L;

    private interface Operation {
        void run() throws Exception;
    }

    private interface TokenCheck {
        boolean check(String token) throws Exception;
    }

    public static void main(String[] arguments) throws Exception {
        String task = arguments[0];
        String url = arguments[1];
        Map<String, Object> file = JSONObjectUtils.parse(Files.readString(Path.of(arguments[2])));
        int threads = arguments.length > 3 ? Integer.parseInt(arguments[3]) : 1;
        List<Operation> operations = new ArrayList<>();
        for (int thread = 0; thread < threads; thread++) {
            operations.add(operation(task, url, file, thread, threads));
        }
        serve(operations);
    }

    private static Operation operation(
        String task, String url, Map<String, Object> file, int thread, int threads)
        throws Exception {
        List<String> all = JSONObjectUtils.getStringList(file, "tokens");
        // Each thread uses different tokens.
        List<String> tokens = new ArrayList<>();
        for (int index = thread; index < all.size(); index += threads) {
            tokens.add(all.get(index));
        }
        JWKSet keys = JWKSet.parse(JSONObjectUtils.getJSONObject(file, "jwks"));
        switch (task) {
            case "token":
                return validating(client(url, 0)::isValidToken, tokens);
            case "token_again":
                return validating(client(url, 1024)::isValidToken, tokens.subList(0, 1));
            case "token_nimbus":
                return validating(nimbus(keys), tokens);
            case "rsa":
                return rsa(keys, tokens);
            case "webhook":
                return webhook(url);
            case "hmac":
                return hmac();
            default:
                throw new IllegalArgumentException("unknown task " + task);
        }
    }

    private static BlockingClient client(String url, int tokens) {
        return ScalekitClient.builder(url, "skc_17002334227791970", "secret")
            .tokenCacheSize(tokens)
            .build()
            .blocking();
    }

    private static Operation validating(TokenCheck validator, List<String> tokens)
        throws Exception {
        String first = tokens.get(0);
        String tampered = first.substring(0, first.length() - 8) + "AAAAAAAA";
        if (!validator.check(first) || validator.check(tampered)) {
            throw new IllegalStateException("the token validation returned a wrong result");
        }
        int[] next = {0};
        return () -> {
            String token = tokens.get(next[0]++ % tokens.size());
            if (!validator.check(token)) {
                throw new IllegalStateException("a valid token was rejected");
            }
        };
    }

    private static TokenCheck nimbus(JWKSet keys) {
        DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
        processor.setJWSKeySelector(
            new JWSVerificationKeySelector<>(JWSAlgorithm.RS256, new ImmutableJWKSet<>(keys)));
        return token -> {
            try {
                return processor.process(token, null) != null;
            } catch (com.nimbusds.jose.proc.BadJOSEException error) {
                return false;
            }
        };
    }

    /** Verifies the signatures with the JDK's RSA, and with a parsed key. */
    private static Operation rsa(JWKSet keys, List<String> tokens) throws Exception {
        PublicKey key = keys.getKeys().get(0).toRSAKey().toPublicKey();
        List<byte[]> signed = new ArrayList<>();
        List<byte[]> signatures = new ArrayList<>();
        for (String token : tokens) {
            int dot = token.lastIndexOf('.');
            signed.add(token.substring(0, dot).getBytes(StandardCharsets.US_ASCII));
            signatures.add(Base64.getUrlDecoder().decode(token.substring(dot + 1)));
        }
        Signature signature = Signature.getInstance("SHA256withRSA");
        int[] next = {0};
        return () -> {
            int index = next[0]++ % signed.size();
            signature.initVerify(key);
            signature.update(signed.get(index));
            if (!signature.verify(signatures.get(index))) {
                throw new IllegalStateException("invalid signature");
            }
        };
    }

    private static byte[] body() {
        return "x".repeat(500).getBytes(StandardCharsets.US_ASCII);
    }

    private static Operation webhook(String url) throws Exception {
        String timestamp = Long.toString(Instant.now().getEpochSecond());
        Mac mac = mac();
        mac.update(("msg_1." + timestamp + ".").getBytes(StandardCharsets.US_ASCII));
        String signature = Base64.getEncoder().encodeToString(mac.doFinal(body()));
        Map<String, String> headers = Map.of(
            "host", "app.example.com",
            "content-type", "application/json",
            "webhook-id", "msg_1",
            "webhook-timestamp", timestamp,
            "webhook-signature", "v1," + signature);
        Webhooks webhooks =
            ScalekitClient.builder(url, "skc_17002334227791970", "secret").build().getWebhooks();
        byte[] body = body();
        return () -> webhooks.verify(SECRET, headers, body);
    }

    /** Computes the JDK's HMAC of as many bytes as the content that a webhook signs. */
    private static Operation hmac() throws Exception {
        Mac mac = mac();
        byte[] body = new byte[517];
        return () -> {
            if (mac.doFinal(body).length != 32) {
                throw new IllegalStateException("the HMAC has a wrong length");
            }
        };
    }

    private static Mac mac() throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(KEY, "HmacSHA256"));
        return mac;
    }

    private static void serve(List<Operation> operations) throws Exception {
        long round = operations.size() == 1 ? 20_000_000L : 100_000_000L;
        int count = 1;
        long started = System.nanoTime();
        long time = 0;
        while (time < round || System.nanoTime() - started < WARM_UP_NANOS) {
            if (time < round) {
                count *= 2;
            }
            time = measure(operations, count);
        }
        System.out.println("ready");
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        while (lines.readLine() != null) {
            long nanos = measure(operations, count);
            System.out.println(nanos / 1000.0 / count / operations.size());
        }
    }

    /** Runs {@code count} operations on each thread, and returns the time until the last end. */
    private static long measure(List<Operation> operations, int count) throws Exception {
        if (operations.size() == 1) {
            long started = System.nanoTime();
            repeat(operations.get(0), count);
            return System.nanoTime() - started;
        }
        CyclicBarrier together = new CyclicBarrier(operations.size() + 1);
        Throwable[] failure = {null};
        for (Operation operation : operations) {
            Thread thread = new Thread(() -> {
                try {
                    together.await();
                    repeat(operation, count);
                    together.await();
                } catch (Throwable error) {
                    failure[0] = error;
                    together.reset();
                }
            });
            thread.start();
        }
        together.await();
        long started = System.nanoTime();
        together.await();
        long time = System.nanoTime() - started;
        if (failure[0] != null) {
            throw new IllegalStateException(failure[0]);
        }
        return time;
    }

    private static void repeat(Operation operation, int count) throws Exception {
        for (int done = 0; done < count; done++) {
            operation.run();
        }
    }
}
