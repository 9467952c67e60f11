//! Acceptance tests and the sweep in real accounts, for which a sandbox stands
//! that is a stranger to both: what is not ours is untouched, what is ours is gone.

use std::collections::BTreeSet;
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitCode, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use cleanrooms_account::{acceptance, sweep};
use cleanrooms_harness::provider::Provider;
use cleanrooms_harness::stranger::{self, OWNER, PARTNER, Stranger, THIRD};
use libtest_mimic::{Arguments, Failed, Trial};
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The first argument of this program when it is the acceptance tests.
const AS_ACCEPTANCE: &str = "--as-acceptance";

/// The same for the sweep.
const AS_SWEEP: &str = "--as-sweep";

/// A collaboration alone, and an association with all that it rests on.
const OF_ONE_ACCOUNT: &str = "ation/create_minimal";

/// A collaboration that two companies join.
const OF_TWO_ACCOUNTS: &str = "membership/create_minimal";

/// Trials wait for their turns more than they work.
const THREADS: usize = 5;

/// After so long without a call nobody is there.
const QUIET: Duration = Duration::from_secs(3);

/// No run takes so long.
const PATIENCE: Duration = Duration::from_secs(120);

fn main() -> ExitCode {
    if let Some(code) = stranger::as_sandbox() {
        return code;
    }
    Provider::is_built(env!("CARGO_BIN_EXE_terraform-provider-cleanrooms"));
    let mut words = std::env::args();
    let (program, first) = (words.next().unwrap_or_default(), words.next());
    match first.as_deref() {
        Some(AS_ACCEPTANCE) => {
            return acceptance::main(Arguments::from_iter([program].into_iter().chain(words)));
        }
        Some(AS_SWEEP) => return sweep::main(words),
        _ => {}
    }
    let trials: [(&str, Test); 9] = [
        ("two_runs_at_once_leave_one_another_alone", two_runs_at_once),
        ("a_killed_run_is_swept", a_killed_run_is_swept),
        ("another_account_is_refused", another_account_is_refused),
        ("a_missing_permission_leaves_nothing", a_missing_permission_leaves_nothing),
        ("what_cannot_be_swept_is_told", what_cannot_be_swept_is_told),
        ("a_quota_that_is_used_up_leaves_nothing", a_quota_that_is_used_up),
        ("a_sweep_of_all_takes_what_is_old", a_sweep_of_all_takes_what_is_old),
        ("a_sweep_takes_what_lies_in_what_is_ours", a_sweep_takes_what_lies_in_what_is_ours),
        ("accounts_may_be_one_or_two_by_a_role", accounts_may_be_one_or_two_by_a_role),
    ];
    let trial = |(name, test): (&str, Test)| {
        Trial::test(name, move || test().map_err(|err| Failed::from(format!("{err:#}"))))
    };
    let trials = trials.into_iter().map(trial).collect();
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(THREADS);
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// What a trial does.
type Test = fn() -> Result<()>;

/// AWS, with things in it that are not ours.
struct World {
    stranger: Stranger,
    home: TempDir,
    /// What is not ours.
    others: BTreeSet<String>,
}

impl World {
    fn new() -> Result<Self> {
        let stranger = Stranger::start(&[])?;
        let others = fill(&stranger)?;
        stranger.client().clear_calls()?;
        Ok(Self { stranger, home: tempfile::tempdir()?, others })
    }

    /// This program as one of its others.
    fn command(&self, role: &str, arguments: &[&str]) -> Result<Command> {
        let mut command = Command::new(std::env::current_exe()?);
        command
            .arg(role)
            .args(arguments)
            .env_clear()
            .envs(std::env::vars().filter(|(name, _)| name == "PATH" || name.starts_with("CARGO")))
            .envs(self.stranger.environment(self.home.path())?)
            .env("TF_ACC_BUCKET", "a-bucket")
            .env("TF_ACC_ROLE_PREFIX", "acceptance-")
            .env("TF_ACC_GLUE_DATABASE", "acceptance_sales")
            .env("CLEANROOMS_PACE", self.pace()?)
            .env("CLEANROOMS_WAIT_SCALE", "0.01")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);
        Ok(command)
    }

    /// Whoever uses the accounts at the same time keeps the same pace.
    fn pace(&self) -> Result<PathBuf> {
        let folder = self.home.path().join("pace");
        std::fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    fn acceptance(&self, filter: &str) -> Result<Command> {
        self.command(AS_ACCEPTANCE, &[filter])
    }

    fn sweep(&self, arguments: &[&str]) -> Result<Output> {
        Ok(self.command(AS_SWEEP, arguments)?.output()?)
    }

    /// What is not ours is as it was, and nobody has looked at it but in lists; what is ours is gone.
    fn is_as_before(&self) -> Result<()> {
        let objects = self.stranger.objects()?;
        ensure!(objects == self.others, "there was {:?}, and now {objects:?}", self.others);
        self.others_are_untouched()
    }

    fn others_are_untouched(&self) -> Result<()> {
        let objects = self.stranger.objects()?;
        ensure!(objects.is_superset(&self.others), "something of others is gone: {objects:?}");
        for call in self.stranger.calls()? {
            let asked = format!("{} {}", call["path"], call["body"]);
            let named = self.others.iter().find(|id| asked.contains(id.as_str()));
            ensure!(named.is_none(), "{} names what is not ours: {asked}", call["operation"]);
            ensure!(call["error"] != "ThrottlingException", "{} was throttled", call["operation"]);
        }
        Ok(())
    }

    /// How often an operation was called.
    fn count(&self, operation: &str) -> Result<usize> {
        let calls = self.stranger.calls()?;
        Ok(calls.iter().filter(|call| call["operation"] == operation).count())
    }

    /// Waits until nobody calls any more: an engine outlives the run that has started it.
    fn until_quiet(&self) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        let (mut calls, mut since) = (0, Instant::now());
        while since.elapsed() < QUIET {
            ensure!(Instant::now() < deadline, "somebody calls for ever");
            thread::sleep(Duration::from_millis(100));
            let now = self.stranger.calls()?.len();
            if now != calls {
                (calls, since) = (now, Instant::now());
            }
        }
        Ok(())
    }

    fn fault(&self, operation: &str) -> Result<()> {
        let fault = json!({ "operation": operation, "count": null,
            "fault": { "kind": "access_denied" } });
        self.stranger.client().admin("POST", "faults", Some(&fault)).map(drop)
    }
}

/// Puts things into the accounts that are not ours, and some that only look so.
fn fill(stranger: &Stranger) -> Result<BTreeSet<String>> {
    let send = |account: &str, path: &str, body: Value| -> Result<Value> {
        let reply = stranger.client().api(account, "POST", path, Some(&body))?;
        ensure!(reply.status == 200, "{path}: {}", reply.body);
        Ok(reply.body)
    };
    for (account, name, invited) in [
        (OWNER, "Quarterly report", PARTNER),
        (OWNER, "tf_acc_by_hand", PARTNER),
        (OWNER, "tf_acc_zzzzzzzz_of_another_run", PARTNER),
        (THIRD, "tf_acc_yyyyyyyy_of_a_third_account", OWNER),
    ] {
        let member = json!({ "accountId": invited, "memberAbilities": [], "displayName": "b" });
        let made = json!({ "name": name, "creatorDisplayName": "a", "members": [member],
            "creatorMemberAbilities": [], "queryLogStatus": "DISABLED" });
        let made = send(account, "/collaborations", made)?;
        let join = json!({ "collaborationIdentifier": made["collaboration"]["id"],
            "queryLogStatus": "DISABLED" });
        send(invited, "/memberships", join)?;
    }
    let glue = json!({ "glue": { "databaseName": "sales", "tableName": "orders" } });
    let table = json!({ "name": "Orders", "tableReference": glue, "allowedColumns": ["email"],
        "analysisMethod": "DIRECT_QUERY" });
    send(OWNER, "/configuredTables", table)?;
    stranger.objects()
}

/// Makes something in the owner's account, and gives its id.
fn make(stranger: &Stranger, path: &str, body: Value) -> Result<String> {
    let reply = stranger.client().api(OWNER, "POST", path, Some(&body))?;
    ensure!(reply.status == 200, "{path}: {}", reply.body);
    let object = reply.body.as_object().and_then(|object| object.values().next());
    Ok(object.and_then(|object| object["id"].as_str()).unwrap_or_default().to_owned())
}

fn text(output: &Output) -> String {
    let both = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    both.concat()
}

/// The id of a run, from what it has said.
fn run_of(said: &str) -> Result<String> {
    let (_, rest) = said.split_once("acceptance-sweep --run ").context("the run tells its id")?;
    Ok(rest.split_whitespace().next().unwrap_or_default().to_owned())
}

/// Both come to their end, and neither meets what the other has made.
fn two_runs_at_once() -> Result<()> {
    let world = World::new()?;
    let runs = [world.acceptance(OF_ONE_ACCOUNT)?, world.acceptance(OF_ONE_ACCOUNT)?];
    let started: Vec<Child> =
        runs.into_iter().map(|mut run| run.spawn()).collect::<Result<_, _>>()?;
    for run in started {
        let output = run.wait_with_output()?;
        let said = text(&output);
        ensure!(output.status.success() && said.contains("2 passed"), "{said}");
    }
    ensure!(world.count("CreateCollaboration")? == 4, "each run has made two collaborations");
    world.is_as_before()
}

/// What a run has made that was killed is swept by its id.
fn a_killed_run_is_swept() -> Result<()> {
    let world = World::new()?;
    let mut run = world.acceptance(OF_TWO_ACCOUNTS)?.spawn()?;
    let group = Pid::from_child(&run);
    let deadline = Instant::now() + PATIENCE;
    while world.count("CreateMembership")? == 0 && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(20));
    }
    kill_process_group(group, Signal::KILL)?;
    let mut said = String::new();
    run.stderr.take().context("it has a stderr")?.read_to_string(&mut said)?;
    run.wait()?;
    world.until_quiet()?;
    let left = world.stranger.objects()?;
    ensure!(left.len() > world.others.len(), "it was killed when nothing was made: {said}");
    let run = run_of(&said)?;
    let swept = world.sweep(&["--run", &run])?;
    ensure!(swept.status.success(), "{}", text(&swept));
    world.is_as_before()
}

/// Neither program does anything where the credentials belong to another account.
fn another_account_is_refused() -> Result<()> {
    let world = World::new()?;
    for (role, arguments) in [(AS_ACCEPTANCE, vec![OF_ONE_ACCOUNT]), (AS_SWEEP, Vec::new())] {
        let mut command = world.command(role, &arguments)?;
        let output = command.env("TF_ACC_ACCOUNT_ID", PARTNER).output()?;
        let said = text(&output);
        ensure!(!output.status.success(), "{said}");
        ensure!(said.contains(&format!("belong to account {OWNER}")), "{said}");
        let output = command.env_remove("TF_ACC_ACCOUNT_ID").output()?;
        ensure!(!output.status.success() && text(&output).contains("TF_ACC_ACCOUNT_ID must"));
    }
    let calls = world.stranger.calls()?;
    let made: BTreeSet<_> = calls.iter().filter_map(|call| call["operation"].as_str()).collect();
    ensure!(made == BTreeSet::from(["AssumeRole", "GetCallerIdentity"]), "{made:?}");
    world.is_as_before()
}

/// A scenario that may not join fails, and its collaboration is gone all the same.
fn a_missing_permission_leaves_nothing() -> Result<()> {
    let world = World::new()?;
    world.fault("CreateMembership")?;
    let output = world.acceptance(OF_TWO_ACCOUNTS)?.output()?;
    let said = text(&output);
    let denied = "AWS denied `cleanrooms:CreateMembership`";
    ensure!(!output.status.success() && said.contains(denied), "{said}");
    ensure!(world.count("CreateCollaboration")? == 1, "{said}");
    world.is_as_before()
}

/// What must not be deleted is named, and goes with a sweep that may.
fn what_cannot_be_swept_is_told() -> Result<()> {
    let world = World::new()?;
    world.fault("DeleteCollaboration")?;
    let output = world.acceptance("::collaboration/create_minimal")?.output()?;
    let said = text(&output);
    ensure!(!output.status.success() && said.contains("REMAINS: collaboration tf_acc_"), "{said}");
    world.others_are_untouched()?;
    world.stranger.client().admin("DELETE", "faults", None)?;
    let swept = world.sweep(&["--run", &run_of(&said)?])?;
    ensure!(swept.status.success() && text(&swept).contains("1 taken away"), "{}", text(&swept));
    world.is_as_before()
}

/// Others have used a quota up: the run says so, and takes nothing of theirs away.
fn a_quota_that_is_used_up() -> Result<()> {
    let world = World::new()?;
    let quota = json!({ "collaborations_created_per_account": 3 });
    world.stranger.client().admin("PATCH", "quotas", Some(&quota))?;
    let output = world.acceptance(OF_ONE_ACCOUNT)?.output()?;
    let said = text(&output);
    ensure!(
        !output.status.success() && said.contains("Collaborations created per account"),
        "{said}"
    );
    world.is_as_before()
}

/// A sweep of all runs passes over what is new, and takes the rest of every run.
fn a_sweep_of_all_takes_what_is_old() -> Result<()> {
    let world = World::new()?;
    let swept = world.sweep(&[])?;
    ensure!(swept.status.success() && text(&swept).contains("0 taken away"), "{}", text(&swept));
    world.is_as_before()?;
    let swept = world.sweep(&["--older-than", "0"])?;
    let said = text(&swept);
    ensure!(swept.status.success() && said.contains("2 taken away, 0 remain"), "{said}");
    ensure!(said.contains("membership in tf_acc_zzzzzzzz_of_another_run"), "{said}");
    let left = world.stranger.objects()?;
    let gone: Vec<_> = world.others.difference(&left).collect();
    ensure!(gone.len() == 2, "gone: {gone:?}");
    Ok(())
}

/// What has no name of its own, or none of a run, goes with its parent.
fn a_sweep_takes_what_lies_in_what_is_ours() -> Result<()> {
    let world = World::new()?;
    let make = |path: &str, body: Value| make(&world.stranger, path, body);
    let name = |name: &str| format!("tf_acc_abcdefgh_{name}");
    let collaboration = json!({ "name": name("k"), "creatorDisplayName": "a", "members": [],
        "creatorMemberAbilities": ["CAN_QUERY", "CAN_RECEIVE_RESULTS"],
        "queryLogStatus": "DISABLED" });
    let collaboration = make("/collaborations", collaboration)?;
    let join = json!({ "collaborationIdentifier": collaboration, "queryLogStatus": "DISABLED" });
    let inside = format!("/memberships/{}", make("/memberships", join)?);
    let glue = json!({ "glue": { "databaseName": "sales", "tableName": "orders" } });
    let table = json!({ "name": name("t"), "tableReference": glue, "allowedColumns": ["email"],
        "analysisMethod": "DIRECT_QUERY" });
    let table = make("/configuredTables", table)?;
    let rule = |content: Value| {
        json!({ "analysisRuleType": "CUSTOM",
        "analysisRulePolicy": { "v1": { "custom": content } } })
    };
    let queries = json!({ "allowedAnalyses": ["ANY_QUERY"], "allowedAnalysisProviders": [OWNER] });
    make(&format!("/configuredTables/{table}/analysisRule"), rule(queries.clone()))?;
    let association = json!({ "name": "orders", "configuredTableIdentifier": table,
        "roleArn": format!("arn:aws:iam::{OWNER}:role/tables") });
    let associations = format!("{inside}/configuredTableAssociations");
    let association = make(&associations, association)?;
    make(&format!("{associations}/{association}/analysisRule"), rule(json!({})))?;
    let template = json!({ "name": "template", "format": "SQL",
        "source": { "text": "select email from orders" } });
    make(&format!("{inside}/analysistemplates"), template)?;
    let budget = json!({ "privacyBudgetType": "DIFFERENTIAL_PRIVACY", "parameters":
        { "differentialPrivacy": { "epsilon": 3, "usersNoisePerQuery": 20 } } });
    make(&format!("{inside}/privacybudgettemplates"), budget)?;
    let intermediate = json!({ "name": "totals", "populationAnalysisConfiguration":
        { "sqlParameters": { "queryString": "select * from orders" } } });
    let intermediates = format!("{inside}/intermediateTables");
    let intermediate = make(&intermediates, intermediate)?;
    make(&format!("{intermediates}/{intermediate}/analysisRule"), rule(queries))?;

    let swept = world.sweep(&["--run", "abcdefgh"])?;
    ensure!(swept.status.success(), "{}", text(&swept));
    world.is_as_before()
}

/// With one account what needs two is left out, and says so; a role is as good as a profile.
fn accounts_may_be_one_or_two_by_a_role() -> Result<()> {
    let world = World::new()?;
    let output =
        world.acceptance(OF_TWO_ACCOUNTS)?.env_remove("TF_ACC_PARTNER_PROFILE").output()?;
    let said = text(&output);
    ensure!(output.status.success() && said.contains("0 passed"), "{said}");
    ensure!(said.contains("It needs TF_ACC_PARTNER_PROFILE or TF_ACC_PARTNER_ROLE_ARN."), "{said}");
    let role = format!("arn:aws:iam::{PARTNER}:role/acceptance");
    let mut command = world.acceptance(OF_TWO_ACCOUNTS)?;
    command.env_remove("TF_ACC_PARTNER_PROFILE").env("TF_ACC_PARTNER_ROLE_ARN", role);
    let output = command.output()?;
    let said = text(&output);
    ensure!(output.status.success() && said.contains("1 passed"), "{said}");
    world.is_as_before()
}
