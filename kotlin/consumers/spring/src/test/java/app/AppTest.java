package app;

import consumers.Drive;
import org.junit.jupiter.api.Test;

class AppTest {
    @Test
    void loginGuardAndWebhook() throws Exception {
        Drive.all("app.App");
    }
}
