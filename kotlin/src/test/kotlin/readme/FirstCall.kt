package readme.firstcall

import com.scalekit.client.ScalekitClient
import com.scalekit.client.organizations.CreateOrganization

suspend fun main() {
    // Or: ScalekitClient("https://acme.scalekit.com", "skc_123", "your client secret")
    ScalekitClient.fromEnv().use { client ->
        val organization = client.organizations.create(CreateOrganization("Acme"))
        println("created ${organization.id}")
    }
}
