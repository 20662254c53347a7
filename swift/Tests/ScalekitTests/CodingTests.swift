import Foundation
import ScalekitTypes
import Testing

@Suite struct CodingTests {
    private func decode<T: Decodable>(_ type: T.Type, _ text: String) throws -> T {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }

    private func encode(_ value: some Encodable) throws -> JSONValue {
        try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(value))
    }

    @Test func datesKeepFractionsOfSecondsBothWays() throws {
        for (text, written) in [
            ("2026-03-04T05:06:07Z", "2026-03-04T05:06:07Z"),
            ("2026-03-04T05:06:07.089Z", "2026-03-04T05:06:07.089Z"),
            ("2026-03-04T05:06:07.500123Z", "2026-03-04T05:06:07.500123Z"),
            ("2026-03-04T05:06:07.5+02:30", "2026-03-04T02:36:07.500Z"),
            ("2026-03-04t05:06:07.123456789z", "2026-03-04T05:06:07.123457Z"),
            ("2000-02-29T23:59:60Z", "2000-03-01T00:00:00Z"),
            ("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"),
            ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
            ("1900-03-01T00:00:00Z", "1900-03-01T00:00:00Z"),
            ("9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59.999999Z"),
        ] {
            let date = try #require(Date(timestamp: text), "\(text)")
            #expect(date.timestamp == written)
        }
        for text in [
            "", "2026", "2026-03-04", "2026-03-04T05:06:07", "2026-13-04T05:06:07Z",
            "2026-02-29T05:06:07Z", "2026-03-04T24:00:00Z", "2026-03-04T05:06:07.Z",
            "2026-03-04T05:06:07+0230", "2026-03-04T05:06:07Z ", "２026-03-04T05:06:07Z",
        ] {
            #expect(Date(timestamp: text) == nil, "\(text)")
        }
    }

    @Test func everyMicrosecondSurvives() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<10_000 {
            let microseconds = Int64.random(in: 0...4_000_000_000_000_000, using: &random)
            let date = Date(timeIntervalSince1970: Double(microseconds) / 1_000_000)
            let back = try #require(Date(timestamp: date.timestamp))
            #expect(Int64((back.timeIntervalSince1970 * 1_000_000).rounded()) == microseconds)
        }
    }

    @Test func durationsAreSecondsWithFractions() throws {
        struct Times: Codable {
            var value: Duration
            init(_ value: Duration) { self.value = value }
            init(from decoder: any Decoder) throws { value = try .read(from: decoder) }
            func encode(to encoder: any Encoder) throws { try value.write(to: encoder) }
        }
        for (text, duration, written) in [
            ("600s", Duration.seconds(600), "600s"),
            ("1.5s", .milliseconds(1500), "1.500s"),
            ("-0.25s", .milliseconds(-250), "-0.250s"),
            ("-3s", .seconds(-3), "-3s"),
            ("0.000000001s", .nanoseconds(1), "0.000000001s"),
        ] {
            let read = try decode(Times.self, "\"\(text)\"")
            #expect(read.value == duration)
            #expect(try encode(read) == .string(written))
        }
        for text in ["", "1", "s", "1.s", ".5s", "1.0000000001s", "1e3s", "1s ", "999999999999s"] {
            #expect(throws: DecodingError.self) { try decode(Times.self, "\"\(text)\"") }
        }
    }

    @Test func unknownAndMissingAndNullFieldsAreTolerated() throws {
        let organization = try decode(
            Organization.self,
            #"{"id": "org_1", "displayName": "Acme", "external_id": null, "later": {"a": [1]}}"#)
        #expect(organization.id == "org_1")
        #expect(organization.displayName == "Acme")
        #expect(organization.externalID == nil)
        #expect(organization.createTime == nil)
        #expect(organization.metadata == [:])
    }

    @Test func unknownEnumValuesArePreserved() throws {
        #expect(RegionCode(name: "EU") == .eu)
        #expect(RegionCode(name: "MOON") == .unknown("MOON"))
        #expect(RegionCode.eu.number == 2)
        for (text, region) in [
            (#""EU""#, RegionCode.eu), ("2", .eu), (#""MOON""#, .unknown("MOON")),
            ("77", .unknown("77")),
        ] {
            let organization = try decode(Organization.self, #"{"region_code": \#(text)}"#)
            #expect(organization.regionCode == region)
        }
        #expect(try encode(RegionCode.unknown("77")) == 77)
        #expect(try encode(RegionCode.unknown("MOON")) == "MOON")
        #expect(try decode(OrganizationFeature.self, #""UNSPECIFIED""#) == .unspecified)
    }

    @Test func numbersMayBeText() throws {
        let text = #"{"expires_at": "9007199254740993", "expires_in": 5.0}"#
        let response = try decode(SendPasswordlessResponse.self, text)
        #expect(response.expiresAt == 9_007_199_254_740_993)
        #expect(response.expiresIn == 5)
        #expect(try encode(response)["expires_at"] == "9007199254740993")
        for text in ["\"1e2\"", "\"100\"", "100", "1e2"] {
            let response = try decode(SendPasswordlessResponse.self, #"{"expires_in": \#(text)}"#)
            #expect(response.expiresIn == 100)
        }
        for text in ["\"x\"", "1.5", "true", "[]", "99999999999999999999"] {
            #expect(throws: DecodingError.self) {
                try decode(SendPasswordlessResponse.self, #"{"expires_in": \#(text)}"#)
            }
        }
    }

    @Test func bytesAreBase64OfBothAlphabets() throws {
        for text in ["AP/+", "AP_-", "AA", "AA=="] {
            let credential = try decode(WebAuthnCredential.self, #"{"credential_id": "\#(text)"}"#)
            #expect(
                credential.credentialID == (text.hasPrefix("AP") ? Data([0, 255, 254]) : Data([0])))
        }
        #expect(throws: DecodingError.self) {
            try decode(WebAuthnCredential.self, #"{"credential_id": "*"}"#)
        }
    }

    @Test func aOneofHasAtMostOneValue() throws {
        let details = AuthorizationDetails(
            details: .oauthToken(OauthToken(accessToken: "secret-token", scopes: ["mail"])))
        let json = try encode(details)
        #expect(json["oauth_token"]?["access_token"] == "secret-token")
        #expect(json.objectValue?.count == 1)
        #expect(throws: DecodingError.self) {
            try decode(AuthorizationDetails.self, #"{"oauth_token": {}, "static_auth": {}}"#)
        }
        #expect(!"\(details)".contains("secret-token"))
        #expect("\(details)".contains("[redacted]"))
        #expect("\(details)".contains("mail"))
    }

    @Test func fieldMasksAcceptBothSpellings() throws {
        let mask: FieldMask = ["display_name", "metadata", "settings.logoUrl"]
        #expect(try encode(mask) == "displayName,metadata,settings.logoUrl")
        #expect(
            try decode(FieldMask.self, #""displayName, metadata""#).paths == [
                "displayName", "metadata",
            ])
    }

    @Test func literalsAreJSONValues() throws {
        let value: JSONValue = ["a": [1, 2.5, true, nil, "x"], "b": ["c": "d"]]
        #expect(try encode(value) == value)
        #expect(value["a"]?[1]?.numberValue == 2.5)
        #expect(value["a"]?[2]?.boolValue == true)
        #expect(value["a"]?[3] == .null)
        #expect(value["a"]?[9] == nil)
        #expect(value["b"]?["c"]?.stringValue == "d")
        #expect(try decode(JSONValue.self, "[1e300, \"\\u00fc\", false]") == [1e300, "ü", false])
    }
}
