//! Comments on commits: whatever goes wrong, running it again leaves one comment with the right text, and nobody else's is
//! touched.

use std::cell::Cell;
use std::time::Duration;

use repin::Oid;
use repin_forge::gitlab::ApiError;
use repin_forge::gitlab::comments::{Became, Comments, MARKER, MOST, Wish};
use repin_forge::gitlab::location::ProjectRef;
use repin_forge::gitlab::token::{Token, TokenKind};
use repin_forge::http::{HttpError, Limits, Native, Request, Response, Transport, TransportError};
use repin_sandbox::gitlab::{Comment, Fault, FaultKind, Kind, Project, Reach, Scope, Server};
use repin_sandbox::gitlab::{Options, Token as Known};

use crate::git::{Repo, file};

const LIMITS: Limits = Limits {
    max_requests: Some(30),
    deadline: Duration::from_secs(10),
    timeout: Duration::from_secs(2),
    max_bytes: 1 << 20,
    retries: 0,
    in_flight: 1,
};

/// Ada is user 1; Ben is user 2.
const ADA: &str = "glpat-ada";
const READER: &str = "glpat-reader";

struct Fixture {
    server: Server,
    commits: [Oid; 2],
    _repo: Repo,
}

impl Fixture {
    fn new() -> Self {
        let repo = Repo::new();
        let first = repo.commit("main", &[], &[file("a", "1")]);
        let second = repo.commit("main", &[first], &[file("a", "2")]);
        let server = Server::start(Options::default()).unwrap();
        server.add(Project { path: "group/name".to_owned(), repository: repo.path.clone(), ..Project::default() });
        for (secret, scope) in [(ADA, Scope::Api), (READER, Scope::ReadApi)] {
            let (secret, kind) = (secret.to_owned(), Kind::Personal);
            server.add_token(Known { secret, kind, scopes: vec![scope], projects: Reach::All, expired: false });
        }
        Self { server, commits: [first, second], _repo: repo }
    }

    fn open(&self) -> Comments<Native> {
        self.open_by(Native::new(), ADA, LIMITS)
    }

    fn open_by<T: Transport>(&self, transport: T, secret: &str, limits: Limits) -> Comments<T> {
        let token = Token::new(TokenKind::Private, secret).unwrap();
        Comments::new(transport, self.server.url(), &ProjectRef::Path("group/name".to_owned()), token, limits)
    }

    fn put(&self, wish: &Wish) -> Became {
        pollster::block_on(self.open().put(self.commits[0], wish)).unwrap()
    }

    /// Somebody has written this before.
    fn before(&self, author: u64, body: &str) {
        let commit = self.commits[0].to_string();
        self.server.add_comment(Comment { id: 0, project: 1, commit, author, body: body.to_owned() });
    }

    /// Authors and texts of the comments on the first commit.
    fn there(&self) -> Vec<(u64, String)> {
        let commit = self.commits[0].to_string();
        let here = self.server.comments().into_iter().filter(|comment| comment.commit == commit);
        here.map(|comment| (comment.author, comment.body)).collect()
    }

    fn changes(&self) -> usize {
        self.server.log().iter().filter(|request| request.method != "GET").count()
    }
}

fn say(text: &str) -> Wish {
    Wish::Say(text.to_owned())
}

fn ours(text: &str) -> String {
    format!("{MARKER}\n{text}")
}

#[test]
fn one_comment_whatever_was_there() {
    let others = || vec![(2, ours("Ben's own")), (1, format!("> {MARKER}\nquoted")), (2, "hello".to_owned())];
    let with = |more: Vec<(u64, String)>| [others(), more].concat();
    let correct = |text: &str| Wish::Correct(text.to_owned());
    for (name, before, wish, became, after) in [
        ("none", vec![], say("A"), Became::Created, vec![(1, ours("A"))]),
        ("the same", vec![(1, ours("A"))], say("A"), Became::Unchanged, vec![(1, ours("A"))]),
        ("the same, with a line's end", vec![(1, ours("A\n"))], say("A"), Became::Unchanged, vec![(1, ours("A\n"))]),
        ("another text", vec![(1, ours("B"))], say("A"), Became::Edited, vec![(1, ours("A"))]),
        ("two", vec![(1, ours("B")), (1, ours("A"))], say("A"), Became::Edited, vec![(1, ours("A"))]),
        ("three, the first is right", vec![(1, ours("A")); 3], say("A"), Became::Unchanged, vec![(1, ours("A"))]),
        ("nothing to say, and none there", vec![], correct("none"), Became::Absent, vec![]),
        (
            "nothing to say, and one there",
            vec![(1, ours("A"))],
            correct("none"),
            Became::Edited,
            vec![(1, ours("none"))],
        ),
    ] {
        let it = Fixture::new();
        for (author, body) in &with(before) {
            it.before(*author, body);
        }
        it.server.clear_log();
        assert_eq!(it.put(&wish), became, "{name}");
        assert_eq!(it.there(), with(after.clone()), "{name}");
        let (changes, again) = (it.changes(), it.put(&wish));
        assert!(matches!(again, Became::Unchanged | Became::Absent), "{name}: {again:?}");
        it.put(&wish);
        assert_eq!((it.there(), it.changes()), (with(after), changes), "{name}: twice and thrice");
    }
}

#[test]
fn ours_may_be_on_a_later_page_but_not_on_any() {
    let it = Fixture::new();
    (0..250).for_each(|number| it.before(2, &format!("comment {number}")));
    it.before(1, &ours("old"));
    assert_eq!(it.put(&say("new")), Became::Edited);
    assert_eq!(it.there().last(), Some(&(1, ours("new"))));
    it.server.fault(Fault::new(FaultKind::EndlessPages).on("/discussions"));
    for wish in [say("newer"), Wish::Correct("newer".to_owned())] {
        assert_eq!(it.put(&wish), Became::PassedOver);
    }
    assert_eq!((it.there().len(), it.there().last()), (251, Some(&(1, ours("new")))));
}

/// A second comment of ours would be worse than none.
#[test]
fn where_there_are_too_many_nothing_is_said() {
    let it = Fixture::new();
    (0..MOST).for_each(|number| it.before(2, &format!("comment {number}")));
    assert_eq!(it.put(&say("A")), Became::Created, "as many as are read");
    assert_eq!(it.put(&say("A")), Became::PassedOver, "one more");
    assert_eq!(it.there().len(), MOST + 1);
}

#[test]
fn dry_runs_change_nothing() {
    let it = Fixture::new();
    it.before(1, &ours("old"));
    it.before(1, &ours("old"));
    let became = pollster::block_on(it.open().dry().put(it.commits[0], &say("new"))).unwrap();
    let of_other = pollster::block_on(it.open().dry().put(it.commits[1], &say("new"))).unwrap();
    assert_eq!((became, of_other, it.changes()), (Became::Edited, Became::Created, 0));
}

/// A connection that ends at one request: before the server gets it, or before its answer comes back.
struct Cut {
    native: Native,
    left: Cell<usize>,
    arrives: bool,
}

impl Transport for Cut {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let is_last = self.left.get() == 0;
        self.left.set(self.left.get().wrapping_sub(1));
        if !is_last || self.arrives {
            let answer = self.native.send(request).await;
            if !is_last {
                return answer;
            }
        }
        Err(TransportError::CutOff { received: 0 })
    }

    async fn sleep(&self, duration: Duration) {
        self.native.sleep(duration).await;
    }

    fn now(&self) -> Duration {
        self.native.now()
    }

    fn unix_seconds(&self) -> u64 {
        self.native.unix_seconds()
    }

    fn chance(&self) -> f64 {
        self.native.chance()
    }
}

#[test]
fn a_run_that_was_cut_anywhere_is_finished_by_the_next() {
    for (name, before) in [("none", vec![]), ("an old one", vec!["old"]), ("three", vec!["old", "new", "old"])] {
        let mut whole = 0;
        for arrives in [false, true] {
            for at in 0.. {
                let it = Fixture::new();
                it.before(2, &ours("Ben's own"));
                for text in &before {
                    it.before(1, &ours(text));
                }
                let cut = Cut { native: Native::new(), left: Cell::new(at), arrives };
                let ran = pollster::block_on(it.open_by(cut, ADA, LIMITS).put(it.commits[0], &say("new")));
                if ran.is_ok() {
                    whole += 1;
                    break;
                }
                it.put(&say("new"));
                let expected = [(2, ours("Ben's own")), (1, ours("new"))];
                assert_eq!(it.there(), expected, "{name}: cut at request {at}, which arrives: {arrives}");
            }
        }
        assert_eq!(whole, 2, "{name}: it ends where nothing is cut");
    }
}

#[test]
fn refusals_say_what_is_missing() {
    let it = Fixture::new();
    let put = |comments: Comments<Native>| pollster::block_on(comments.put(it.commits[0], &say("A"))).unwrap_err();
    let error = put(it.open_by(Native::new(), READER, LIMITS)).to_string();
    assert!(error.contains("lacks the scope api") && !error.contains("read_api"), "{error}");
    let error = put(it.open_by(Native::new(), "glpat-nobody", LIMITS));
    assert!(matches!(error, ApiError::Refused { status: 401, .. }), "{error}");
    let two = Limits { max_requests: Some(2), ..LIMITS };
    assert!(put(it.open_by(Native::new(), ADA, two)).is_limit());
    it.server.update(1, |project| project.archived = true);
    let error = put(it.open());
    assert!(matches!(error, ApiError::Refused { status: 403, .. }), "{error}");
    assert_eq!(it.there(), []);
}

#[test]
fn limits_of_the_server_are_waited_for() {
    let it = Fixture::new();
    it.server.fault(Fault::new(FaultKind::RateLimited { retry_after: 1 }).on("/comments").first(1));
    let comments = it.open_by(Native::new(), ADA, Limits { retries: 1, ..LIMITS });
    assert_eq!(pollster::block_on(comments.put(it.commits[0], &say("A"))).unwrap(), Became::Created);
    assert_eq!(it.there(), [(1, ours("A"))]);
    it.server.fault(Fault::new(FaultKind::RateLimited { retry_after: 600 }).on("/discussions"));
    let error = pollster::block_on(it.open().put(it.commits[0], &say("B"))).unwrap_err();
    assert!(matches!(error, ApiError::Http { error: HttpError::RateLimited { retry_at: Some(_) }, .. }), "{error}");
}
