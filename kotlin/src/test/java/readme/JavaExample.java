package readme;

import com.scalekit.client.ScalekitClient;
import com.scalekit.client.ScalekitNotFoundException;
import com.scalekit.client.organizations.CreateOrganization;
import com.scalekit.client.organizations.ListOrganizationsRequest;
import com.scalekit.client.organizations.Organization;
import java.util.Map;

public class JavaExample {
    public static void main(String[] args) {
        // Or: ScalekitClient.builder("https://acme.scalekit.com", "skc_123", "secret").build()
        try (ScalekitClient client = ScalekitClient.fromEnv()) {
            // Functions that block the thread, which may be virtual.
            Organization made = client.blocking().organizations().create(
                CreateOrganization.builder()
                    .displayName("Acme")
                    .metadata(Map.of("plan", "gold"))
                    .build());

            // Functions that return a CompletableFuture.
            client.async().organizations().get(made.getId())
                .thenAccept(found -> System.out.println("found " + found.getDisplayName()))
                .join();

            // All pages.
            ListOrganizationsRequest list = ListOrganizationsRequest.builder().pageSize(30).build();
            for (Organization organization : client.blocking().organizations().list(list)) {
                System.out.println(organization.getId());
            }

            try {
                client.blocking().organizations().get("org_0");
            } catch (ScalekitNotFoundException error) {
                System.out.println(error.getErrorCode());
            }
        }
    }
}
