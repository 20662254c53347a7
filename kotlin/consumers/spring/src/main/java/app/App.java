package app;

import com.scalekit.client.ScalekitClient;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** A web application with Spring Boot. Spring closes the client when the application stops. */
@SpringBootApplication
public class App {
    public static void main(String[] arguments) {
        SpringApplication application = new SpringApplication(App.class);
        application.setDefaultProperties(
            Map.of("server.port", System.getenv("PORT"), "server.address", "localhost"));
        application.run(arguments);
    }

    @Bean
    ScalekitClient scalekit() {
        return ScalekitClient.fromEnv();
    }
}
