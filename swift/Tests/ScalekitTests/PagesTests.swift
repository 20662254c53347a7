import Foundation
import Scalekit
import Testing

@Suite struct PagesTests {
    @Test func itemsOfAllPagesArriveInOrder() async throws {
        let emulator = try Emulator()
        let client = try emulator.client()
        var names: [String] = []
        for number in 1...5 {
            let name = "Acme \(number)"
            try await client.organizations.create(CreateOrganization(displayName: name))
            names.insert(name, at: 0)
        }
        let all = client.organizations.list(pageSize: 10)
        let expected = try await all.all().map(\.displayName)
        #expect(Array(expected.prefix(5)) == names)
        var found: [String] = []
        for try await organization in client.organizations.list(pageSize: 2) {
            found.append(organization.displayName)
        }
        #expect(found == expected)
        var sizes: [Int] = []
        var second: String?
        for try await page in client.organizations.list(pageSize: 2).pages {
            sizes.append(page.items.count)
            #expect(page.totalSize == expected.count)
            if sizes.count == 1 { second = page.nextPageToken }
        }
        #expect(sizes.reduce(0, +) == expected.count)
        let rest = client.organizations.list(pageSize: 2, pageToken: second)
        #expect(try await rest.all().map(\.displayName) == Array(expected.dropFirst(2)))
    }

    @Test func pagesAreFetchedWhenTheyAreNeeded() async throws {
        let emulator = try Emulator()
        let client = try emulator.client()
        for number in 1...4 {
            try await client.organizations.create(CreateOrganization(displayName: "Acme \(number)"))
        }
        let list = client.organizations.list(pageSize: 2)
        let path = "requests?operation=OrganizationService.ListOrganization"
        #expect(try await emulator.admin("GET", path) == [])
        for try await _ in list { break }
        #expect(try await emulator.admin("GET", path).arrayValue?.count == 1)
    }

    @Test func aRepeatedTokenEndsTheList() async throws {
        let emulator = try Emulator()
        let client = try emulator.client()
        let page: JSONValue = ["organizations": [["id": "org_1"]], "next_page_token": "same"]
        try await emulator.fault("OrganizationService.ListOrganization", ["json": page])
        #expect(try await client.organizations.list().all().count == 2)
    }

    @Test func rawCallsReturnStatusAndHeaders() async throws {
        let emulator = try Emulator()
        let client = try emulator.client()
        let response = try await client.call(
            "OrganizationService.ListOrganization", ["page_size": 10])
        #expect(response.status == 200)
        #expect(response.headers.contains { $0.name == "content-type" })
        #expect(try response.json()["organizations"] != .null)
    }
}
