package com.scalekit.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.scalekit.client.async.AsyncClient;
import com.scalekit.client.blocking.BlockingClient;
import com.scalekit.client.blocking.BlockingPages;
import com.scalekit.client.domains.CreateDomain;
import com.scalekit.client.domains.Domain;
import com.scalekit.client.domains.DomainType;
import com.scalekit.client.events.ObjectType;
import com.scalekit.client.events.ScalekitEvent;
import com.scalekit.client.organizations.CreateOrganization;
import com.scalekit.client.organizations.ListOrganizationsRequest;
import com.scalekit.client.organizations.Organization;
import com.scalekit.client.organizations.UpdateOrganizationRequest;
import com.scalekit.client.support.Emulator;
import com.scalekit.client.support.ProgramsKt;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every style of the client as a Java program uses it. */
class JavaStylesTest {
    private static final Emulator EMULATOR = new Emulator();

    private final ScalekitClient client = ScalekitClient
        .builder(EMULATOR.getUrl(), EMULATOR.getClientId(), EMULATOR.getClientSecret())
        .callTimeout(Duration.ofSeconds(10))
        .maxRetries(1)
        .userAgentSuffix("java-test/1")
        .build();

    @BeforeEach
    void reset() {
        EMULATOR.admin("POST", "reset", Collections.emptyMap());
    }

    @AfterAll
    static void stop() {
        EMULATOR.close();
    }

    private static CreateOrganization named(String name) {
        return CreateOrganization.builder()
            .displayName(name)
            .metadata(Map.of("plan", "gold"))
            .build();
    }

    @Test
    void requestsToThirdPartyServicesBlockOrReturnFutures() {
        EMULATOR.admin("POST", "seed", ProgramsKt.getGMAIL_ACCOUNT());
        RequestOptions options = new RequestOptions("POST")
            .query("a", "1")
            .header("x-trace", "7")
            .json(Map.of("to", "ada"));
        ProxyResponse blocked = client.blocking().request("gmail", "ada", "/send", options);
        ProxyResponse future = client.async().request("gmail", "ada", "/send", options).join();
        for (ProxyResponse response : List.of(blocked, future)) {
            assertEquals(200, response.getStatus());
            Map<?, ?> sent = (Map<?, ?>) response.json();
            assertEquals("a=1", sent.get("query"));
            assertEquals(Map.of("to", "ada"), sent.get("json"));
        }
        assertEquals("GET", ((Map<?, ?>) client.blocking().request("gmail", "ada", "/a").json())
            .get("method"));
        assertInstanceOf(
            ScalekitArgumentException.class,
            assertThrows(CompletionException.class,
                () -> client.async().request("", "ada", "/a").join()).getCause());
    }

    @Test
    void blockingCalls() {
        BlockingClient blocking = client.blocking();
        Organization acme = blocking.organizations().create(named("Acme"));
        assertTrue(acme.getCreateTime().isBefore(Instant.now().plusSeconds(60)));
        assertEquals(acme, blocking.organizations().get(acme.getId()));
        CallOptions fast = CallOptions.timeout(Duration.ofSeconds(5));
        Organization found = blocking.organizations().get(acme.getId(), fast);
        assertEquals("gold", found.getMetadata().get("plan"));

        blocking.domains().create(
            acme.getId(),
            CreateDomain.builder()
                .domain("acme.com")
                .domainType(DomainType.ALLOWED_EMAIL_DOMAIN)
                .build());
        Domain domain = blocking.domains().list(acme.getId()).get(0);
        assertEquals(DomainType.ALLOWED_EMAIL_DOMAIN, domain.getDomainType());

        blocking.organizations().delete(acme.getId());
        ScalekitNotFoundException error = assertThrows(
            ScalekitNotFoundException.class, () -> blocking.organizations().get(acme.getId()));
        assertEquals("RESOURCE_NOT_FOUND", error.getErrorCode());
        assertEquals(404, error.getHttpStatus());
    }

    @Test
    void asynchronousCalls() {
        AsyncClient async = client.async();
        Organization acme = async.organizations().create(named("Acme"))
            .thenCompose(made -> async.organizations().get(made.getId()))
            .join();
        assertEquals("Acme", acme.getDisplayName());
        async.organizations().delete(acme.getId()).join();
        CompletionException error = assertThrows(
            CompletionException.class, () -> async.organizations().get(acme.getId()).join());
        assertInstanceOf(ScalekitNotFoundException.class, error.getCause());
    }

    @Test
    void pages() {
        for (int i = 0; i < 5; i++) {
            client.blocking().organizations().create(named("Customer " + i));
        }
        ListOrganizationsRequest two = ListOrganizationsRequest.builder().pageSize(2).build();
        BlockingPages<Organization> pages = client.blocking().organizations().list(two);
        List<String> names = new ArrayList<>();
        for (Organization organization : pages) {
            names.add(organization.getDisplayName());
        }
        assertEquals(5, names.size());
        assertEquals(
            names, pages.stream().map(Organization::getDisplayName).collect(Collectors.toList()));
        Page<Organization> first = pages.page();
        assertEquals(2, first.getItems().size());
        assertEquals(5, first.getTotalSize());
        assertEquals(5, client.async().organizations().list(two).toList().join().size());
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        client.async().organizations().list().forEach(item -> seen.add(item.getId())).join();
        assertEquals(5, seen.size());
    }

    @Test
    void messagesHaveBuilders() {
        CreateOrganization one = named("Acme");
        assertEquals(one, one.toBuilder().build());
        assertEquals("Other", one.toBuilder().displayName("Other").build().getDisplayName());
        ScalekitArgumentException error = assertThrows(
            ScalekitArgumentException.class, () -> CreateOrganization.builder().build());
        assertEquals("CreateOrganization: displayName is required", error.getMessage());
        UpdateOrganizationRequest byId =
            UpdateOrganizationRequest.builder().externalId("acme").id("org_1").build();
        UpdateOrganizationRequest.Identities.Id id = assertInstanceOf(
            UpdateOrganizationRequest.Identities.Id.class, byId.getIdentities());
        assertEquals("org_1", id.getValue());
    }

    @Test
    void loginAndTokens() {
        AuthorizationUrlOptions options = new AuthorizationUrlOptions();
        options.setOrganizationId("org_1");
        options.setPkce(Pkce.generate());
        String callback = "https://app.example.com/callback";
        String url = client.getLogin().authorizationUrl(callback, options);
        assertTrue(url.contains("organization_id=org_1"));
        assertTrue(client.getLogin().logoutUrl(new LogoutUrlOptions()).endsWith("/oidc/logout"));

        String token = client.blocking().clientAccessToken();
        assertEquals(EMULATOR.getClientId(), client.blocking().validateToken(token).getSubject());
        assertTrue(client.blocking().isValidToken(token));
        TokenValidation expired = TokenValidation.builder()
            .asOf(Instant.parse("2100-01-01T00:00:00Z"))
            .leeway(Duration.ofSeconds(1))
            .build();
        assertFalse(client.async().isValidToken(token, expired).join());
        ScalekitTokenValidationException error = assertThrows(
            ScalekitTokenValidationException.class,
            () -> client.blocking().validateToken(token, expired));
        assertEquals("expired", error.getReason());
        TokenValidation scoped = TokenValidation.builder().requiredScopes("x:y").build();
        assertFalse(client.blocking().isValidToken(token, scoped));
        assertEquals(token, client.async().clientAccessToken().join());
    }

    @Test
    void webhooks() {
        Map<String, String> headers = Map.of(
            "webhook-id", "msg_1", "webhook-timestamp", "5", "webhook-signature", "v1,x");
        ScalekitWebhookVerificationException error = assertThrows(
            ScalekitWebhookVerificationException.class,
            () -> client.getWebhooks().verify("whsec_c2VjcmV0", headers, "{}"));
        assertEquals("Message timestamp too old", error.getMessage());
    }

    @Test
    void webhooksAreParsed() {
        // HMAC-SHA256 with the key "a key of thirty-two bytes, or so".
        String secret = "whsec_YSBrZXkgb2YgdGhpcnR5LXR3byBieXRlcywgb3Igc28=";
        Map<String, String> headers = Map.of(
            "webhook-id", "msg_1",
            "webhook-timestamp", "1700000000",
            "webhook-signature", "v1,uNjND91Y1MQPKpJ898647nErKs7iqC6vj5d6jDUJokY=");
        byte[] body = "{\"type\":\"user.created\"}".getBytes(StandardCharsets.UTF_8);
        Instant asOf = Instant.ofEpochSecond(1_700_000_000);
        ScalekitEvent event = client.getWebhooks().parse(secret, headers, body, asOf);
        assertEquals("user.created", event.getType());
        assertEquals(ObjectType.UNSPECIFIED, event.getObject());
        assertThrows(
            ScalekitWebhookVerificationException.class,
            () -> client.getWebhooks().parse(secret, headers, body));
    }

    @Test
    void aTryStatementClosesTheClient() {
        ScalekitClient.Builder builder = ScalekitClient.publicBuilder(EMULATOR.getUrl(), "skc_1");
        try (ScalekitClient closed = builder.build()) {
            assertTrue(closed.getUserAgent().contains("kotlin"));
        }
    }
}
