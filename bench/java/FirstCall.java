import com.scalekit.client.ScalekitClient;

/** Creates a client from the environment variables and makes one call. */
public class FirstCall {
    public static void main(String[] arguments) {
        try (ScalekitClient client = ScalekitClient.fromEnv()) {
            client.blocking().roles().list();
        }
    }
}
