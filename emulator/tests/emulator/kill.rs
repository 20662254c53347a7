//! Kills the emulator 100 times under write load. Acknowledged writes must survive each restart.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::data::new_path;

const KILLS: u32 = 100;
const WRITERS: u32 = 4;

/// The name of an organization; `None` if it was deleted.
type Name = Option<String>;

/// The acknowledged name of each organization, and the name in a pending request.
#[derive(Debug, Default)]
struct Writes {
    acknowledged: HashMap<String, Name>,
    pending: HashMap<String, Name>,
    last: String,
}

struct Process {
    child: Child,
    url: String,
}

impl Process {
    fn start(file: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_scalekit-emulator"))
            .args(["--port", "0", "--data"])
            .arg(file)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // Read all three lines: the emulator stops if its output has no reader.
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().take(3);
        let lines: Vec<_> = lines.map(Result::unwrap).collect();
        let url = lines[0].trim_start_matches("export SCALEKIT_ENVIRONMENT_URL=");
        Self {
            child,
            url: url.to_owned(),
        }
    }

    fn kill(self) {
        drop(self);
    }
}

impl Drop for Process {
    /// Sends SIGKILL, also if the test has failed.
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

struct Api {
    http: Client,
    url: String,
    token: String,
}

impl Api {
    async fn send(&self, method: &str, path: &str, body: Value) -> Option<(StatusCode, Value)> {
        let request = self
            .http
            .request(method.parse().unwrap(), format!("{}{path}", self.url));
        let request = request
            .bearer_auth(&self.token)
            .header("content-type", "application/json");
        let response = request.body(body.to_string()).send().await.ok()?;
        let status = response.status();
        // A truncated response is not an acknowledgement.
        let text = response.text().await.ok()?;
        Some((status, serde_json::from_str(&text).unwrap_or_default()))
    }

    async fn name(&self, id: &str) -> Name {
        let path = format!("/api/v1/organizations/{id}");
        let (status, body) = self
            .send("GET", &path, Value::Null)
            .await
            .expect("a response");
        match status {
            StatusCode::OK => Some(
                body["organization"]["display_name"]
                    .as_str()
                    .unwrap()
                    .to_owned(),
            ),
            StatusCode::NOT_FOUND => None,
            other => panic!("{other} {body}"),
        }
    }
}

/// Creates, renames and deletes organizations until the emulator is killed.
async fn write(
    api: Arc<Api>,
    state: Arc<Mutex<Writes>>,
    writer: String,
    done: mpsc::UnboundedSender<()>,
) {
    for number in 0.. {
        let name = format!("{writer}-{number}");
        let created = api
            .send(
                "POST",
                "/api/v1/organizations",
                json!({"display_name": name}),
            )
            .await;
        let Some((StatusCode::OK, body)) = created else {
            return;
        };
        let id = body["organization"]["id"].as_str().unwrap().to_owned();
        {
            let mut state = state.lock().unwrap();
            state.acknowledged.insert(id.clone(), Some(name.clone()));
            state.last = state.last.clone().max(id.clone());
        }
        let _ = done.send(());
        let path = format!("/api/v1/organizations/{id}");
        let (method, next) = match number % 3 {
            0 => ("PATCH", Some(format!("{name} renamed"))),
            1 => ("DELETE", None),
            _ => continue,
        };
        state
            .lock()
            .unwrap()
            .pending
            .insert(id.clone(), next.clone());
        let Some((StatusCode::OK, _)) =
            api.send(method, &path, json!({"display_name": next})).await
        else {
            return;
        };
        let mut state = state.lock().unwrap();
        state.pending.remove(&id);
        state.acknowledged.insert(id, next);
        let _ = done.send(());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn acknowledged_writes_survive_a_hundred_kills() {
    let file = new_path("killed.redb");
    let mut random = fastrand::Rng::with_seed(100);
    let state = Arc::<Mutex<Writes>>::default();
    let http = Client::builder().no_proxy().build().unwrap();
    let mut token = String::new();
    let mut confirmed: HashMap<String, Name> = HashMap::new();
    for round in 0..=KILLS {
        let process = Process::start(&file);
        if token.is_empty() {
            // One token for all rounds: it survives restarts.
            let form = "grant_type=client_credentials&client_id=skc_100000000000000001&client_secret=test_emulator_secret";
            let request = http.post(format!("{}/oauth/token", process.url)).body(form);
            let request = request.header("content-type", "application/x-www-form-urlencoded");
            let body = request.send().await.unwrap().text().await.unwrap();
            let body: Value = serde_json::from_str(&body).unwrap();
            token = body["access_token"].as_str().unwrap().to_owned();
        }
        let api = Arc::new(Api {
            http: http.clone(),
            url: process.url.clone(),
            token: token.clone(),
        });

        let Writes {
            acknowledged,
            pending,
            last,
        } = std::mem::take(&mut *state.lock().unwrap());
        for (id, name) in acknowledged {
            let now = api.name(&id).await;
            assert!(
                now == name || pending.get(&id) == Some(&now),
                "round {round}, {id}: {now:?} for {name:?}"
            );
            confirmed.insert(id, now);
        }
        if round == KILLS {
            // Rows checked in earlier rounds are unchanged.
            for (id, name) in &confirmed {
                assert_eq!(api.name(id).await, *name, "{id}");
            }
            process.kill();
            break;
        }
        let (done, mut writes) = mpsc::unbounded_channel();
        let mut writers = JoinSet::new();
        for writer in 0..WRITERS {
            let writer = format!("{round}-{writer}");
            writers.spawn(write(
                Arc::clone(&api),
                Arc::clone(&state),
                writer,
                done.clone(),
            ));
        }
        for _ in 0..random.u32(1..20) {
            writes.recv().await.expect("the writers are running");
        }
        process.kill();
        writers.join_all().await;
        let state = state.lock().unwrap();
        assert!(
            state.acknowledged.keys().all(|id| *id > last),
            "ids must increase"
        );
    }
    assert!(confirmed.len() >= KILLS as usize, "{}", confirmed.len());
}
