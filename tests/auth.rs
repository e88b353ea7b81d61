//! Users, sessions, tokens, devices and the setup link, on a real ledger with a clock that stands still.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use touchline::auth::audit::{DONE, Deed};
use touchline::auth::change::{ChangeError, UserError};
use touchline::auth::login::{Attempt, Login, LoginError};
use touchline::auth::people::{NewUser, UserChange};
use touchline::auth::record::{Line, Wanted};
use touchline::auth::setup::Purpose;
use touchline::auth::store::UserId;
use touchline::auth::{Auth, SESSION_IDLE_MS, offline};
use touchline::domain::command::Actor;
use touchline::ledger::Ledger;
use touchline::ledger::role::Role;
use touchline::runtime::{self, Time, block_on};

const WALL: i64 = 1_795_000_000_000;
const HOUR: u64 = 60 * 60 * 1_000;
const GOOD: &str = "correct horse";

/// A data folder of its own, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("touchline-auth-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst));
        Self(std::env::temp_dir().join(name))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

struct Box {
    auth: Auth,
    ledger: Ledger,
    time: Time,
}

async fn start_at(dir: &Path, time: Time) -> Box {
    let (ledger, _) = Ledger::open(dir, time.clone()).expect("the ledger opens");
    let auth = Auth::open(ledger.clone(), time.clone(), dir).await.expect("auth opens");
    Box { auth, ledger, time }
}

async fn start(dir: &Path) -> Box {
    start_at(dir, Time::manual(1_000, WALL)).await
}

fn attempt<'a>(name: &'a str, password: &'a str) -> Attempt<'a> {
    Attempt { name, password, browser: None, agent: "test" }
}

/// Who asks for changes.
fn by() -> Actor {
    Actor("user:99".to_owned())
}

fn id_of(touchline: &Box, name: &str) -> UserId {
    let users = touchline.auth.users();
    users.into_iter().find(|user| user.name.to_lowercase() == name).expect("there is such a user").id
}

async fn set_password(touchline: &Box, name: &str, password: &str) -> Result<(), ChangeError> {
    let change = UserChange { password: Some(password.to_owned()), ..UserChange::default() };
    touchline.auth.change_user(&by(), id_of(touchline, name), change).await
}

async fn kim(touchline: &Box) -> Login {
    touchline.auth.add_user(&by(), NewUser::new("Kim", Role::Commentator, GOOD)).await.expect("Kim is added");
    touchline.auth.login(attempt("kim", GOOD)).await.expect("Kim logs in")
}

#[test]
fn a_session_names_its_user_until_logout() {
    let folder = Folder::new();
    block_on(async {
        let touchline = start(&folder.0).await;
        let login = kim(&touchline).await;
        let who = touchline.auth.by_session(&login.session).await.expect("the session is good");
        assert_eq!((who.actor.0.as_str(), who.role, &*who.name), ("user:1", Role::Commentator, "Kim"));
        assert_eq!(touchline.auth.name_of(&who.actor).as_deref(), Some("Kim"));
        assert!(touchline.auth.by_session("something else").await.is_none());
        touchline.auth.logout(&login.session).await.expect("logout is stored");
        assert!(touchline.auth.by_session(&login.session).await.is_none());
        touchline.auth.logout(&login.session).await.expect("a second logout changes nothing");
    });
}

#[test]
fn no_secret_is_stored() {
    let folder = Folder::new();
    block_on(async {
        let touchline = start(&folder.0).await;
        let login = kim(&touchline).await;
        let (_, token) = touchline.auth.create_token(&by(), Role::Organiser, "feed").await.expect("a token");
        touchline.ledger.close().await;
        for entry in std::fs::read_dir(&folder.0).expect("the folder is there") {
            let bytes = std::fs::read(entry.expect("an entry").path()).expect("a file");
            for secret in [GOOD, &login.session, &token, &token[3..]] {
                assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()));
            }
        }
    });
}

#[test]
fn a_session_ends_after_twelve_idle_hours_and_no_jump_of_the_clock_ends_it() {
    let folder = Folder::new();
    block_on(async {
        let touchline = start(&folder.0).await;
        let login = kim(&touchline).await;
        for _ in 0..5 {
            touchline.time.advance(SESSION_IDLE_MS - 1);
            assert!(touchline.auth.by_session(&login.session).await.is_some());
        }
        touchline.time.advance(SESSION_IDLE_MS);
        assert!(touchline.auth.by_session(&login.session).await.is_none());
        assert!(touchline.auth.sessions().is_empty());
    });
}

#[test]
fn a_session_outlives_a_restart_by_the_wall_clock_where_that_can_be_believed() {
    // Hours off, whether the wall clock can be believed after it, whether the session is still good.
    for (wall, good) in [
        (WALL + 11 * HOUR.cast_signed(), true),
        (WALL + 13 * HOUR.cast_signed(), false),
        (0, true),
        (WALL - 13 * HOUR.cast_signed(), true),
    ] {
        let folder = Folder::new();
        block_on(async {
            let touchline = start(&folder.0).await;
            let login = kim(&touchline).await;
            touchline.ledger.close().await;
            drop(touchline);
            let touchline = start_at(&folder.0, Time::manual(500, wall)).await;
            assert_eq!(touchline.auth.by_session(&login.session).await.is_some(), good, "wall {wall}");
            if good && wall > WALL {
                touchline.time.advance(HOUR);
                assert!(
                    touchline.auth.by_session(&login.session).await.is_some(),
                    "a use counts from when it was made"
                );
            }
        });
    }
}

#[test]
fn sessions_are_listed_and_revoked_and_a_new_password_ends_them() {
    let folder = Folder::new();
    block_on(async {
        let touchline = start(&folder.0).await;
        let first = kim(&touchline).await;
        let second = touchline.auth.login(attempt("KIM ", GOOD)).await.expect("a second browser");
        let listed = touchline.auth.sessions();
        assert_eq!(listed.len(), 2);
        assert_eq!((&*listed[0].user, listed[0].agent.as_str()), ("Kim", "test"));
        touchline.auth.revoke_session(&by(), listed[0].id).await.expect("it is revoked");
        assert!(touchline.auth.by_session(&first.session).await.is_none());
        assert!(touchline.auth.by_session(&second.session).await.is_some());
        assert!(matches!(
            touchline.auth.revoke_session(&by(), listed[0].id).await,
            Err(ChangeError::User(UserError::Unknown(_)))
        ));
        set_password(&touchline, "kim", "another one").await.expect("it is set");
        assert!(touchline.auth.by_session(&second.session).await.is_none());
        assert_eq!(touchline.auth.login(attempt("kim", GOOD)).await.map(|_| ()), Err(LoginError::Wrong));
        assert!(touchline.auth.login(attempt("kim", "another one")).await.is_ok());
    });
}

#[test]
fn names_and_passwords_have_their_limits() {
    let folder = Folder::new();
    block_on(async {
        let touchline = start(&folder.0).await;
        let long = "x".repeat(65);
        for (name, password, error) in [
            ("", GOOD, UserError::Name),
            ("  ", GOOD, UserError::Name),
            (long.as_str(), GOOD, UserError::Name),
            ("k\u{202e}im", GOOD, UserError::Name),
            ("kim", "seven77", UserError::Password),
        ] {
            let refused =
                touchline.auth.add_user(&by(), NewUser::new(name, Role::Commentator, password)).await;
            assert_eq!(refused, Err(ChangeError::User(error)), "{name:?}");
        }
        touchline
            .auth
            .add_user(&by(), NewUser::new("קים", Role::Commentator, "סיסמה ארוכה"))
            .await
            .expect("any script");
        touchline.auth.add_user(&by(), NewUser::new("Kim", Role::Organiser, GOOD)).await.expect("Kim");
        let taken = touchline.auth.add_user(&by(), NewUser::new("kIM", Role::Commentator, GOOD)).await;
        assert_eq!(taken, Err(ChangeError::User(UserError::Taken("kIM".to_owned()))));
        let last = touchline.auth.remove_user(&by(), id_of(&touchline, "kim")).await;
        assert_eq!(last, Err(ChangeError::User(UserError::LastOrganiser)));
        let names: Vec<String> = touchline.auth.users().into_iter().map(|user| user.name).collect();
        assert_eq!(names, ["Kim", "קים"]);
    });
}

#[test]
fn guessers_are_slowed_and_the_commentators_own_browser_still_gets_in() {
    let folder = Folder::new();
    block_on(async {
        let touchline = start(&folder.0).await;
        let login = kim(&touchline).await;
        for _ in 0..10 {
            let wrong = touchline.auth.login(attempt("kim", "a wrong one")).await;
            assert_eq!(wrong.map(|_| ()), Err(LoginError::Wrong));
        }
        let throttled = touchline.auth.login(attempt("kim", GOOD)).await;
        assert_eq!(throttled.map(|_| ()), Err(LoginError::Throttled { retry_after_s: 600 }));
        let known = Attempt { browser: Some(&login.browser), ..attempt("kim", GOOD) };
        assert!(touchline.auth.login(known).await.is_ok());
        let (start, last) = login.browser.split_at(login.browser.len() - 1);
        let forged = format!("{start}{}", if last == "A" { "Q" } else { "A" });
        let forged = Attempt { browser: Some(&forged), ..attempt("kim", GOOD) };
        assert!(matches!(touchline.auth.login(forged).await, Err(LoginError::Throttled { .. })));
        touchline.time.advance(600_000);
        assert!(touchline.auth.login(attempt("kim", GOOD)).await.is_ok());
    });
}

#[test]
fn an_unknown_user_is_refused_like_a_wrong_password() {
    let folder = Folder::new();
    block_on(async {
        let touchline = start(&folder.0).await;
        kim(&touchline).await;
        for name in ["nobody", "", "'; drop table user; --"] {
            for _ in 0..10 {
                let refused = touchline.auth.login(attempt(name, "a password nobody has")).await;
                assert_eq!(refused.map(|_| ()), Err(LoginError::Wrong), "{name}");
            }
            let refused = touchline.auth.login(attempt(name, GOOD)).await;
            assert!(matches!(refused, Err(LoginError::Throttled { .. })), "{name}");
        }
    });
}

#[test]
fn tokens_work_until_revoked() {
    let folder = Folder::new();
    block_on(async {
        let touchline = start(&folder.0).await;
        let (id, secret) =
            touchline.auth.create_token(&by(), Role::Commentator, "feed").await.expect("a token");
        assert!(secret.starts_with("tl_") && secret.len() == 46, "{secret}");
        let who = touchline.auth.by_token(&secret).await.expect("it is good");
        assert_eq!((who.actor.0.as_str(), who.role, &*who.name), ("token:1", Role::Commentator, "feed"));
        assert_eq!(touchline.auth.name_of(&who.actor).as_deref(), Some("feed"));
        assert!(touchline.auth.by_session(&secret).await.is_none());
        touchline.auth.revoke_token(&by(), id).await.expect("it is revoked");
        assert!(touchline.auth.by_token(&secret).await.is_none());
        assert!(touchline.auth.tokens().is_empty());
        let (next, _) =
            touchline.auth.create_token(&by(), Role::Commentator, "other").await.expect("another");
        assert_ne!(next, id, "a number is never given twice");
    });
}

#[test]
fn the_setup_link_makes_one_organiser_once() {
    let folder = Folder::new();
    block_on(async {
        let touchline = start(&folder.0).await;
        let link = touchline.auth.setup_secret().expect("there is no user yet");
        let file = folder.0.join("setup-link");
        assert_eq!(std::fs::read_to_string(&file).expect("the file").trim(), link);
        let mode = std::fs::metadata(&file).expect("the file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let refused = touchline.auth.set_up("guess", "Ada", GOOD, "test").await;
        assert_eq!(refused.map(|_| ()), Err(ChangeError::Link));
        let refused = touchline.auth.set_up(&link, "Ada", "short", "test").await;
        assert_eq!(refused.map(|_| ()), Err(ChangeError::User(UserError::Password)));
        let login = touchline.auth.set_up(&link, "Ada", GOOD, "test").await.expect("it is good");
        assert_eq!(login.who.role, Role::Organiser);
        assert!(touchline.auth.by_session(&login.session).await.is_some());
        let again = touchline.auth.set_up(&link, "Eve", GOOD, "test").await;
        assert_eq!(again.map(|_| ()), Err(ChangeError::Link));
        assert!(touchline.auth.setup_secret().is_none() && !file.exists());
        touchline.ledger.close().await;
        drop(touchline);
        let touchline = start(&folder.0).await;
        assert!(touchline.auth.setup_secret().is_none(), "there is a user");
    });
}

#[test]
fn a_device_cookie_holds_across_restarts_and_no_other_does() {
    let folder = Folder::new();
    block_on(async {
        let touchline = start(&folder.0).await;
        let (device, cookie) = touchline.auth.devices().issue();
        assert_eq!((device.boot, device.issued_ms), (1, 1_000));
        assert_ne!(touchline.auth.devices().issue().0.id, device.id);
        touchline.ledger.close().await;
        drop(touchline);
        let touchline = start(&folder.0).await;
        assert_eq!(touchline.auth.devices().verify(&cookie), Some(device));
        for at in 0..cookie.len() {
            let mut forged = cookie.clone().into_bytes();
            forged[at] = if forged[at] == b'A' { b'Q' } else { b'A' };
            let forged = String::from_utf8(forged).expect("ASCII");
            assert_eq!(touchline.auth.devices().verify(&forged), None, "{at}");
        }
        for junk in ["", "é", &"A".repeat(100_000)] {
            assert_eq!(touchline.auth.devices().verify(junk), None);
        }
    });
}

#[test]
fn the_command_line_works_beside_a_running_box_which_notices_within_a_second() {
    let folder = Folder::new();
    block_on(async {
        let touchline = start(&folder.0).await;
        assert!(touchline.auth.setup_secret().is_some());
        offline::add_user(&folder.0, "Kim", Role::Organiser, GOOD).expect("Kim is added");
        let (id, secret) = offline::create_token(&folder.0, Role::Commentator, "feed").expect("a token");
        touchline.time.advance(1_000);
        assert!(touchline.auth.by_token(&secret).await.is_some());
        assert!(touchline.auth.setup_secret().is_none(), "there is a user now");
        let login = touchline.auth.login(attempt("kim", GOOD)).await.expect("Kim logs in");
        offline::revoke_token(&folder.0, id).expect("it is revoked");
        offline::set_password(&folder.0, "kim", "another one").expect("it is set");
        touchline.time.advance(1_000);
        assert!(touchline.auth.by_token(&secret).await.is_none());
        assert!(touchline.auth.by_session(&login.session).await.is_none());
        let commits = touchline.ledger.commits();
        for _ in 0..100 {
            assert!(touchline.auth.by_session(&login.session).await.is_none());
        }
        assert_eq!(touchline.ledger.commits(), commits);
    });
}

#[test]
fn the_command_line_works_on_a_folder_no_box_has_used() {
    let folder = Folder::new();
    offline::add_user(&folder.0, "Kim", Role::Organiser, GOOD).expect("Kim is added");
    offline::add_user(&folder.0, "Lee", Role::Commentator, GOOD).expect("Lee is added");
    let refused = offline::remove_user(&folder.0, "Nobody").expect_err("there is no such user");
    assert_eq!(refused.to_string(), "There is no user \"Nobody\".");
    offline::remove_user(&folder.0, "lee").expect("Lee is removed");
    let names: Vec<String> = offline::users(&folder.0).expect("a list").into_iter().map(|u| u.name).collect();
    assert_eq!(names, ["Kim"]);
    block_on(async {
        let touchline = start(&folder.0).await;
        assert!(touchline.auth.login(attempt("Kim", GOOD)).await.is_ok());
    });
}

#[test]
fn a_removed_user_is_out_and_their_name_forgotten() {
    let folder = Folder::new();
    block_on(async {
        let touchline = start(&folder.0).await;
        let login = kim(&touchline).await;
        touchline
            .auth
            .remove_user(&by(), id_of(&touchline, "kim"))
            .await
            .expect("the only user may be removed");
        assert!(touchline.auth.by_session(&login.session).await.is_none());
        assert_eq!(touchline.auth.name_of(&login.who.actor), None);
        let again = kim(&touchline).await;
        assert_ne!(again.who.actor, login.who.actor, "the log must not take the one for the other");
    });
}

#[test]
fn a_recovery_link_is_good_for_an_hour() {
    let folder = Folder::new();
    block_on(async {
        let touchline = start(&folder.0).await;
        kim(&touchline).await;
        std::fs::write(folder.0.join("recover"), "").expect("the folder can be written");
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
        let link = loop {
            if let Some(link) = touchline.auth.setup_secret() {
                break link;
            }
            assert!(std::time::Instant::now() < deadline, "no link was made");
            runtime::sleep(std::time::Duration::from_millis(20)).await;
        };
        assert_eq!(touchline.auth.setup_is(&link), Some(Purpose::Recovery));
        let commentator = touchline.auth.set_up(&link, "kim", GOOD, "test").await;
        assert_eq!(commentator.map(|_| ()), Err(ChangeError::User(UserError::Taken("Kim".to_owned()))));
        touchline.time.advance(HOUR - 1);
        assert_eq!(touchline.auth.setup_is(&link), Some(Purpose::Recovery));
        touchline.time.advance(1);
        assert_eq!(touchline.auth.setup_secret(), None);
        let late = touchline.auth.set_up(&link, "Ada", GOOD, "test").await;
        assert_eq!(late.map(|_| ()), Err(ChangeError::Link));
    });
}

#[test]
fn secrets_just_made_are_shown_for_ten_minutes_to_their_owner() {
    let folder = Folder::new();
    block_on(async {
        let touchline = start(&folder.0).await;
        kim(&touchline).await;
        let cards = touchline.auth.make_links(&by(), &[id_of(&touchline, "kim")]).await.expect("a card");
        let key = touchline.auth.show_to(&by(), cards.clone());
        assert_eq!(touchline.auth.shown_to(&by(), &key), Some(cards.clone()));
        assert_eq!(touchline.auth.shown_to(&Actor("user:1".to_owned()), &key), None);
        touchline.time.advance(10 * 60 * 1_000);
        assert_eq!(touchline.auth.shown_to(&by(), &key), None);
        let login = touchline.auth.login_by_link(&cards[0].secret, "test").await.expect("the card is good");
        assert_eq!(&*login.who.name, "Kim");
        let again = touchline.auth.login_by_link(&cards[0].secret, "test").await;
        assert_eq!(again.map(|_| ()), Err(LoginError::Link));
    });
}

#[test]
fn a_flood_of_refusals_is_counted_in_a_few_lines() {
    let folder = Folder::new();
    block_on(async {
        let touchline = start(&folder.0).await;
        touchline.auth.note(Deed::done(&by(), "team-added", "Reds"));
        for round in 0..20 {
            for subject in 0..500 {
                let deed = Deed::done(&Actor(String::new()), "login", format!("user:{subject}"));
                touchline.auth.note(deed.refused("wrong-login", ""));
            }
            let commits = touchline.ledger.commits();
            let part = touchline.auth.record(Wanted { limit: 200, ..Wanted::default() }).await;
            let part = part.expect("the record can be read");
            // 64 kinds and the rest in each ten seconds, of which there are three at most, and the team.
            assert!(part.lines.len() <= 3 * 65 + 1, "{} lines in round {round}", part.lines.len());
            let counted: u64 = part
                .lines
                .iter()
                .map(|line| match line {
                    Line::Audit(entry) if entry.outcome != DONE => entry.count,
                    _ => 0,
                })
                .sum();
            assert_eq!(counted, 500 * (round + 1), "none is lost");
            assert!(touchline.ledger.commits() <= commits + 2, "written together");
            touchline.time.advance(1_000);
        }
    });
}

#[test]
fn signing_in_and_out_again_and_again_is_a_line_or_two() {
    let folder = Folder::new();
    block_on(async {
        let touchline = start(&folder.0).await;
        let mut login = kim(&touchline).await;
        for _ in 0..5 {
            touchline.auth.logout(&login.session).await.expect("logged out");
            login = touchline.auth.login(attempt("kim", GOOD)).await.expect("logged in");
        }
        let part = touchline.auth.record(Wanted { limit: 50, ..Wanted::default() }).await;
        let part = part.expect("the record can be read");
        let told: Vec<(String, u64)> = part
            .lines
            .iter()
            .filter_map(|line| match line {
                Line::Audit(entry) => Some((entry.action.clone(), entry.count)),
                Line::Event(_) => None,
            })
            .collect();
        let expected = [("logout", 5), ("login", 6), ("user-added", 1)];
        assert_eq!(told, expected.map(|(action, count)| (action.to_owned(), count)));
    });
}
