//! Measures the conversion of a page of 100 users between JSON and protobuf bytes. Compares it with
//! scanning the JSON and with `prost-reflect`. Run with `cargo bench -p scalekit-wire`.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    reason = "a report"
)]

use std::{
    fmt::Write as _,
    hint::black_box,
    path::Path,
    time::{Duration, Instant},
};

use prost::Message as _;
use prost_reflect::{DynamicMessage, MessageDescriptor};
use scalekit::schema;
use serde::de::IgnoredAny;

/// Returns a page of 100 users, about 21 KB of JSON.
fn page() -> String {
    let mut json = String::from(r#"{"users":["#);
    for index in 0..100 {
        let comma = if index == 0 { "" } else { "," };
        write!(
            json,
            concat!(
                r#"{}{{"id":"usr_{:018}","create_time":"2025-03-14T09:26:{:02}.535Z","email":"user{}@example.com","#,
                r#""user_profile":{{"given_name":"Ada","family_name":"Lovelace","email_verified":true}},"#,
                r#""metadata":{{"team":"core"}}}}"#
            ),
            comma,
            index * 7_919,
            index % 60,
            index
        )
        .unwrap();
    }
    json.push_str(r#"],"next_page_token":"eyJvIjoxMDB9","total_size":5000}"#);
    json
}

/// Returns the median time of `round` in microseconds. The median ignores interruptions by other
/// processes.
fn measure(mut round: impl FnMut()) -> f64 {
    let mut times = Vec::new();
    let until = Instant::now() + Duration::from_secs(2);
    while Instant::now() < until {
        let start = Instant::now();
        for _ in 0..10 {
            round();
        }
        times.push(start.elapsed() / 10);
    }
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1e6
}

fn descriptor(name: &str) -> MessageDescriptor {
    let proto = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto");
    let mut compiler = protox::Compiler::new([&proto]).unwrap();
    compiler
        .include_imports(true)
        .open_file("scalekit/v1/users/users.proto")
        .unwrap();
    compiler
        .descriptor_pool()
        .get_message_by_name(name)
        .unwrap()
}

fn main() {
    let list_users = schema::find("UserService.ListUsers").unwrap();
    let descriptor = descriptor(list_users.response);
    let json = page();
    let reflect = || {
        let mut reader = serde_json::Deserializer::from_str(&json);
        DynamicMessage::deserialize(descriptor.clone(), &mut reader)
            .unwrap()
            .encode_to_vec()
    };
    let mut bytes = Vec::new();
    scalekit_wire::decode_response(list_users, json.as_bytes(), &mut bytes).unwrap();
    assert!(
        DynamicMessage::decode(descriptor.clone(), &bytes[..])
            == DynamicMessage::decode(descriptor.clone(), &reflect()[..])
    );

    let scan = measure(|| {
        black_box(serde_json::from_str::<IgnoredAny>(black_box(&json)).unwrap());
    });
    let wire = measure(|| {
        let mut out = Vec::new();
        scalekit_wire::decode_response(list_users, black_box(json.as_bytes()), &mut out).unwrap();
        black_box(out);
    });
    let back = measure(|| {
        black_box(scalekit_wire::protobuf_to_json(list_users.response, black_box(&bytes)).unwrap());
    });
    let reflect = measure(|| {
        black_box(reflect());
    });

    println!(
        "a page of 100 users, {} bytes of JSON, {} bytes of protobuf",
        json.len(),
        bytes.len()
    );
    let report = |name: &str, time: f64| {
        println!("{name:<44} {time:>7.1} µs {:>6.2} × scanning", time / scan)
    };
    report("scanning the JSON with serde_json", scan);
    report("JSON to protobuf, this crate", wire);
    report("protobuf to JSON, this crate", back);
    report("JSON to protobuf, prost-reflect", reflect);
}
