package readme.paging

import com.scalekit.client.ScalekitClient
import com.scalekit.client.organizations.CreateOrganization
import kotlinx.coroutines.flow.take

suspend fun main() {
    ScalekitClient.fromEnv().use { client ->
        repeat(3) { client.organizations.create(CreateOrganization("Customer $it")) }
        // A page is requested when its first item is collected.
        client.organizations.list(pageSize = 2).take(3).collect { println(it.displayName) }
        val page = client.organizations.list(pageSize = 2).page()
        println("${page.items.size} of ${page.totalSize}")
    }
}
