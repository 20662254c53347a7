//! The two sides in proptest's hands.

use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex};

use proptest::collection::vec;
use proptest::prelude::{BoxedStrategy, Just, Strategy, any};
use proptest::sample::select;
use proptest::test_runner::{Config, RngAlgorithm, RngSeed};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};

use crate::emulated::Emulated;
use crate::model::{Model, Picks};
use crate::step::{Call, Step};

const SEQUENCES: u32 = 25;
const STEPS: usize = 400;

/// After so many steps, every list is compared.
const BETWEEN_LISTS: usize = 40;

/// Declares the operations on one kind, each with how often it comes up.
macro_rules! operations {
    ($($kind:ident { $($what:ident: $weight:literal,)* })*) => {
        /// What a step does.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum What {
            $($kind($kind),)*
        }

        $(
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub(crate) enum $kind {
                $($what,)*
            }
        )*

        /// Every operation as often as its weight says.
        fn weighted() -> Vec<What> {
            let all = [$($((What::$kind($kind::$what), $weight),)*)*];
            all.into_iter().flat_map(|(what, weight)| vec![what; weight]).collect()
        }
    };
}

operations! {
    Organizations {
        Create: 6, Get: 2, GetByExternalId: 2, Update: 5, Delete: 1, List: 2, ListByExternalId: 1, Search: 2, Limit: 2,
    }
    Domains { Create: 5, Get: 2, Delete: 2, List: 2, }
    Users { Create: 12, Get: 3, Update: 5, Delete: 1, List: 2, ListMembers: 2, Search: 2, SearchMembers: 2, }
    Members {
        Join: 8, Leave: 3, Update: 4, AssignRole: 5, RemoveRole: 3, ListRoles: 3, ListPermissions: 3, ResendInvite: 3,
    }
    Roles { Create: 8, Update: 5, Get: 3, Delete: 4, DeleteBase: 2, List: 2, }
    RoleUse {
        AddPermissions: 5, RemovePermission: 2, ListPermissions: 2, ListEffective: 3, ListDependents: 2, Count: 3,
        CountInOrganization: 3, Default: 2, DefaultInOrganization: 3,
    }
    Permissions { Create: 6, Get: 2, Update: 3, Delete: 2, List: 2, }
    Connections { Create: 4, Get: 3, Enable: 4, Disable: 2, Delete: 2, List: 3, }
    Directories { Create: 3, Get: 2, Enable: 2, Disable: 4, Delete: 4, List: 2, }
    Clients { Create: 4, Get: 2, Update: 3, Delete: 1, AddSecret: 4, DeleteSecret: 5, List: 2, }
    Sessions { Open: 5, Get: 3, List: 3, Revoke: 2, RevokeAll: 1, }
    Tokens { Create: 6, Validate: 4, Invalidate: 2, List: 3, Update: 3, }
    Process { Restart: 3, }
}

/// An operation, and the choices that it takes.
#[derive(Clone, Debug)]
pub(crate) struct Transition {
    what: What,
    picks: Vec<u8>,
}

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Transition;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self::new()).boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<Transition> {
        (select(weighted()), vec(any::<u8>(), 8))
            .prop_map(|(what, picks)| Transition { what, picks })
            .boxed()
    }

    fn apply(mut state: Self, transition: &Transition) -> Self {
        state.act(transition.what, &mut Picks::new(&transition.picks));
        state
    }
}

/// How often each operation ended so, over all sequences: `ok`, or the code of its error.
static TALLY: LazyLock<Mutex<BTreeMap<(String, &'static str), usize>>> = LazyLock::new(Mutex::default);

fn outcome(step: &Step) -> &'static str {
    match step {
        Step::Call(Call {
            expected: Err(fail), ..
        }) => fail.error_code,
        _ => "ok",
    }
}

struct Agreement;

impl StateMachineTest for Agreement {
    type SystemUnderTest = Emulated;
    type Reference = Model;

    fn init_test(_: &Model) -> Emulated {
        Emulated::start()
    }

    fn apply(mut emulated: Emulated, model: &Model, transition: Transition) -> Emulated {
        let step = model.last.as_ref().unwrap();
        emulated.run(step);
        if model.steps.is_multiple_of(BETWEEN_LISTS) || matches!(step, Step::Restart) {
            model.lists().iter().for_each(|list| emulated.run(list));
        }
        let key = (format!("{:?}", transition.what), outcome(step));
        *TALLY.lock().unwrap().entry(key).or_default() += 1;
        emulated
    }
}

/// The same sequences each time.
fn config() -> Config {
    Config {
        cases: SEQUENCES,
        rng_algorithm: RngAlgorithm::ChaCha,
        rng_seed: RngSeed::Fixed(4),
        failure_persistence: None,
        max_shrink_time: 20_000,
        ..Config::default()
    }
}

prop_state_machine! {
    #![proptest_config(config())]
    fn sequences(sequential STEPS => Agreement);
}

#[test]
fn ten_thousand_steps_go_as_the_model_says() {
    sequences();
    let tally = TALLY.lock().unwrap();
    assert_eq!(tally.values().sum::<usize>(), 10_000);
    // No operation goes untried, and no refusal that the model knows.
    let mut operations = weighted();
    operations.dedup();
    for what in operations {
        let times = tally
            .get(&(format!("{what:?}"), "ok"))
            .copied()
            .unwrap_or_default();
        assert!(times >= 5, "{what:?} succeeded {times} times: {tally:?}");
    }
    for error_code in [
        "ALREADY_EXISTS",
        "DIRECTORY_ENABLED",
        "FAILED_PRECONDITION",
        "INVALID_ARGUMENT",
        "INVITE_NOT_PENDING",
        "LAST_CLIENT_SECRET",
        "MAX_ALLOWED_USERS_EXCEEDED",
        "MEMBERSHIP_ALREADY_EXISTS",
        "RESOURCE_ALREADY_EXISTS",
        "RESOURCE_NOT_FOUND",
        "ROLE_KEYNAME_CONFLICT",
    ] {
        let seen = tally.keys().any(|(_, outcome)| *outcome == error_code);
        assert!(seen, "{error_code}: {tally:?}");
    }
}
