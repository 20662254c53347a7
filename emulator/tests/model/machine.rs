//! Runs the model and the emulator as a proptest state machine.

use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex};

use proptest::collection::vec;
use proptest::prelude::{BoxedStrategy, Just, Strategy, any};
use proptest::sample::select;
use proptest::test_runner::{Config, RngAlgorithm, RngSeed};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};

use crate::emulated::Emulated;
use crate::model::{Choices, Model};
use crate::step::{Call, Step};

const SEQUENCES: u32 = 25;
const STEPS: usize = 400;

/// The number of steps between comparisons of all lists.
const BETWEEN_LISTS: usize = 40;

/// Declares the operations of each resource with their relative frequency.
macro_rules! operations {
    ($($kind:ident { $($operation:ident: $weight:literal,)* })*) => {
        /// The operation of a step.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Operation {
            $($kind($kind),)*
        }

        $(
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub(crate) enum $kind {
                $($operation,)*
            }
        )*

        /// Returns each operation repeated by its weight.
        fn weighted() -> Vec<Operation> {
            let all = [$($((Operation::$kind($kind::$operation), $weight),)*)*];
            all.into_iter().flat_map(|(operation, weight)| vec![operation; weight]).collect()
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

/// An operation and the random numbers for its choices.
#[derive(Clone, Debug)]
pub(crate) struct Transition {
    operation: Operation,
    choices: Vec<u8>,
}

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Transition;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self::new()).boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<Transition> {
        (select(weighted()), vec(any::<u8>(), 8))
            .prop_map(|(operation, choices)| Transition { operation, choices })
            .boxed()
    }

    fn apply(mut state: Self, transition: &Transition) -> Self {
        state.perform(transition.operation, &mut Choices::new(&transition.choices));
        state
    }
}

/// The number of results of each operation over all sequences. The result is `ok` or an error code.
static COUNTS: LazyLock<Mutex<BTreeMap<(String, &'static str), usize>>> =
    LazyLock::new(Mutex::default);

fn outcome(step: &Step) -> &'static str {
    match step {
        Step::Call(Call {
            expected: Err(error),
            ..
        }) => error.error_code,
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
        let key = (format!("{:?}", transition.operation), outcome(step));
        *COUNTS.lock().unwrap().entry(key).or_default() += 1;
        emulated
    }
}

/// Uses a fixed seed, so that each run has the same sequences.
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
fn ten_thousand_steps_agree_with_the_model() {
    sequences();
    let counts = COUNTS.lock().unwrap();
    assert_eq!(counts.values().sum::<usize>(), 10_000);
    // Each operation must succeed several times, and each error of the model must occur.
    let mut operations = weighted();
    operations.dedup();
    for operation in operations {
        let times = counts
            .get(&(format!("{operation:?}"), "ok"))
            .copied()
            .unwrap_or_default();
        assert!(
            times >= 5,
            "{operation:?} succeeded {times} times: {counts:?}"
        );
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
        let seen = counts.keys().any(|(_, outcome)| *outcome == error_code);
        assert!(seen, "{error_code}: {counts:?}");
    }
}
