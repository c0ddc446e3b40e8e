//! Against a small server on this machine that answers by a script.

use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;

use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::future::join_all;

use super::*;

/// One connection: what is answered to each of its requests, and whether it stays open after that.
struct Connection {
    answers: Vec<Vec<u8>>,
    stays: bool,
}

fn closes(answers: &[&[u8]]) -> Connection {
    Connection { answers: answers.iter().map(|answer| answer.to_vec()).collect(), stays: false }
}

fn stays(answers: &[&[u8]]) -> Connection {
    Connection { stays: true, ..closes(answers) }
}

/// Serves the connections one after another; gives its address and the requests as they come.
fn serve(connections: Vec<Connection>) -> (String, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("this machine has ports");
    let address = listener.local_addr().expect("it is bound");
    let (sender, requests) = mpsc::channel();
    thread::spawn(move || {
        for connection in connections {
            let (mut stream, _) = listener.accept().expect("somebody comes");
            for answer in &connection.answers {
                let _ = sender.send(read_request(&mut stream));
                // A client may have gone by then.
                let _ = stream.write_all(answer);
            }
            if connection.stays {
                let _ = stream.read(&mut [0]);
            }
        }
    });
    (format!("http://{address}"), requests)
}

fn read_request(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    let mut byte = [0];
    while !text.ends_with("\r\n\r\n") && stream.read(&mut byte).is_ok_and(|length| length > 0) {
        text.push(char::from(byte[0]));
    }
    let length = text.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    let _ = stream.read_exact(&mut body);
    text + &String::from_utf8_lossy(&body)
}

fn answer(head: &str, body: &[u8]) -> Vec<u8> {
    [b"HTTP/1.1 ", head.as_bytes(), b"\r\n\r\n", body].concat()
}

fn request(url: String) -> Request {
    Request {
        method: Method::Get,
        url,
        headers: vec![("PRIVATE-TOKEN", "secret".to_owned())],
        body: None,
        timeout: Duration::from_secs(30),
        max_bytes: 1000,
    }
}

fn send(request: Request) -> Result<Response, TransportError> {
    pollster::block_on(Native::new().send(request))
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).expect("memory can be written");
    encoder.finish().expect("memory can be written")
}

#[test]
fn answers_and_what_is_left_of_them() {
    let packed = gzip(&[b'a'; 900]);
    let bomb = gzip(&vec![0; 100_000]);
    let packed_head = |packed: &[u8]| format!("200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}", packed.len());
    let received = |bytes: usize| u64::try_from(bytes).expect("it is short");
    let good = |status, body: &[u8]| Ok((status, body.len(), received(body.len())));
    for (name, bytes, expected) in [
        ("with a length", answer("200 OK\r\nContent-Length: 4", b"body"), good(200, b"body")),
        ("until the end", answer("200 OK", b"body"), good(200, b"body")),
        ("in chunks", answer("200 OK\r\nTransfer-Encoding: chunked", b"4\r\nbody\r\n0\r\n\r\n"), good(200, b"body")),
        ("an error is an answer", answer("502 Bad Gateway\r\nContent-Length: 2", b"no"), good(502, b"no")),
        ("a redirect is one", answer("302 Found\r\nLocation: /x\r\nContent-Length: 0", b""), good(302, b"")),
        ("packed", answer(&packed_head(&packed), &packed), Ok((200, 900, received(packed.len())))),
        ("as long as it may be", answer("200 OK\r\nContent-Length: 1000", &[0; 1000]), good(200, &[0; 1000])),
        ("longer", answer("200 OK\r\nContent-Length: 1001", &[0; 1001]), Err(TransportError::TooLarge { limit: 1000 })),
        ("longer without end", answer("200 OK", &[0; 5000]), Err(TransportError::TooLarge { limit: 1000 })),
        ("longer once unpacked", answer(&packed_head(&bomb), &bomb), Err(TransportError::TooLarge { limit: 1000 })),
        ("cut", answer("200 OK\r\nContent-Length: 9", b"body"), Err(TransportError::CutOff { received: 4 })),
        (
            "cut in a chunk",
            answer("200 OK\r\nTransfer-Encoding: chunked", b"9\r\nbody"),
            Err(TransportError::CutOff { received: 4 }),
        ),
        (
            "cut between chunks",
            answer("200 OK\r\nTransfer-Encoding: chunked", b"4\r\nbody\r\n"),
            Err(TransportError::CutOff { received: 4 }),
        ),
        (
            "cut while packed",
            answer("200 OK\r\nContent-Encoding: gzip", &packed[..packed.len() - 4]),
            Err(TransportError::CutOff { received: received(packed.len() - 4) }),
        ),
        ("nothing", Vec::new(), Err(TransportError::CutOff { received: 0 })),
        ("half a head", b"HTTP/1.1 200 OK\r\nConte".to_vec(), Err(TransportError::CutOff { received: 0 })),
    ] {
        let (url, _requests) = serve(vec![closes(&[&bytes])]);
        let outcome = send(request(url)).map(|answer| (answer.status, answer.body.len(), answer.received));
        assert_eq!(outcome, expected, "{name}");
    }
}

#[test]
fn what_is_no_http_is_said() {
    let (url, _requests) = serve(vec![closes(&[b"SSH-2.0-OpenSSH\r\n\r\n"])]);
    let error = send(request(url)).expect_err("it is no web server");
    assert!(matches!(error, TransportError::Other { .. }), "{error:?}");
    assert!(error.to_string().starts_with("127.0.0.1 does not answer as a web server does"), "{error}");
    let (url, _requests) = serve(vec![closes(&[&answer("200 OK\r\nContent-Encoding: br", b"x")])]);
    assert!(matches!(send(request(url)), Err(TransportError::Other { .. })));
}

#[test]
fn slow_answers_end_in_time() {
    for (name, bytes) in [("a slow body", answer("200 OK\r\nContent-Length: 9", b"bo")), ("no head", Vec::new())] {
        let (url, _requests) = serve(vec![stays(&[&bytes])]);
        let request = Request { timeout: Duration::from_millis(150), ..request(url) };
        assert_eq!(send(request), Err(TransportError::TimedOut), "{name}");
    }
}

#[test]
fn nobody_there() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("this machine has ports");
    let address = listener.local_addr().expect("it is bound");
    drop(listener);
    let error = send(request(format!("http://{address}/"))).expect_err("nobody listens");
    assert!(matches!(&error, TransportError::Unreachable { host, .. } if host == "127.0.0.1"), "{error:?}");
    for url in ["ftp://127.0.0.1/", "127.0.0.1", "http://user@127.0.0.1/", "http://127.0.0.1/a b"] {
        let error = send(request(url.to_owned())).expect_err("it is no address");
        assert!(matches!(error, TransportError::Other { .. }), "{error:?}");
    }
}

#[test]
fn an_impossible_header_is_refused_and_not_shown() {
    let (url, _requests) = serve(vec![closes(&[&answer("200 OK", b"")])]);
    let error = send(Request { headers: vec![("PRIVATE-TOKEN", "se\ncret".to_owned())], ..request(url) });
    let error = error.expect_err("a header has one line");
    assert!(!format!("{error} {error:?}").contains("cret"), "{error:?}");
}

#[test]
fn requests_are_sent_as_they_are() {
    let good = answer("200 OK\r\nContent-Length: 2\r\nX-Next-Page: 2", b"{}");
    let (url, requests) = serve(vec![stays(&[&good])]);
    let url = format!("{url}/api/v4/projects/a%2Fb/x?ref=a%20b");
    let answer = send(Request { method: Method::Post, body: Some(b"{\"query\":1}".to_vec()), ..request(url) });
    let answer = answer.expect("it is answered");
    assert_eq!(answer.headers.get("x-next-page"), Some("2"));
    assert_eq!(answer.headers.get("X-NEXT-PAGE"), Some("2"));
    let request = requests.recv().expect("it was sent");
    let lower = request.to_ascii_lowercase();
    assert!(request.starts_with("POST /api/v4/projects/a%2Fb/x?ref=a%20b HTTP/1.1\r\n"), "{request}");
    assert!(lower.contains("private-token: secret\r\n"), "{request}");
    assert!(lower.contains("accept-encoding: gzip\r\n"), "{request}");
    assert!(request.contains(concat!("repin/", env!("CARGO_PKG_VERSION"))), "{request}");
    assert!(request.ends_with("\r\n\r\n{\"query\":1}"), "{request}");
}

#[test]
fn a_head_has_no_body() {
    let (url, requests) = serve(vec![stays(&[&answer("200 OK\r\nContent-Length: 5000", b"")])]);
    let answer = send(Request { method: Method::Head, ..request(url) }).expect("it is answered");
    assert_eq!((answer.status, answer.headers.get("content-length"), answer.body.len()), (200, Some("5000"), 0));
    assert!(requests.recv().expect("it was sent").starts_with("HEAD / "));
}

#[test]
fn a_connection_is_used_again() {
    // The server takes a single connection: a second one would never be answered.
    let packed = gzip(b"body");
    let packed = answer(&format!("200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}", packed.len()), &packed);
    let chunked = answer("200 OK\r\nTransfer-Encoding: chunked", b"4\r\nbody\r\n0\r\n\r\n");
    let plain = answer("404 Not Found\r\nContent-Length: 4", b"body");
    let (url, _requests) = serve(vec![stays(&[&packed, &chunked, &plain, &plain])]);
    let native = Native::new();
    for status in [200, 200, 404, 404] {
        let answer = pollster::block_on(native.send(request(url.clone()))).expect("it is answered");
        assert_eq!((answer.status, &*answer.body), (status, &b"body"[..]));
    }
}

/// Answers no request before `together` of them have come.
fn serve_together(together: usize) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("this machine has ports");
    let address = listener.local_addr().expect("it is bound");
    thread::spawn(move || {
        let mut streams = Vec::new();
        for stream in listener.incoming().take(together) {
            let mut stream = stream.expect("somebody comes");
            read_request(&mut stream);
            streams.push(stream);
        }
        for mut stream in streams {
            let _ = stream.write_all(&answer("200 OK\r\nContent-Length: 0", b""));
        }
    });
    format!("http://{address}")
}

#[test]
fn requests_go_out_together() {
    let url = serve_together(THREADS);
    let native = Native::new();
    let answers = pollster::block_on(join_all((0..THREADS).map(|_| native.send(request(url.clone())))));
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
}

#[test]
fn a_dropped_request_is_given_up() {
    let (url, requests) = serve(vec![stays(&[&answer("200 OK\r\nContent-Length: 9", b"bo")])]);
    let native = Native::new();
    {
        let mut given_up = Box::pin(native.send(request(url)));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(given_up.as_mut().poll(&mut context).is_pending());
        requests.recv().expect("it was sent");
    }
    // The others have their threads all the same.
    let url = serve_together(THREADS - 1);
    let answers = pollster::block_on(join_all((1..THREADS).map(|_| native.send(request(url.clone())))));
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
}

#[test]
fn waits_and_clocks() {
    let native = Native::new();
    let before = native.now();
    pollster::block_on(native.sleep(Duration::from_millis(5)));
    assert!(native.now() >= before + Duration::from_millis(5));
    assert!(native.unix_seconds() > 1_700_000_000);
    let chances: Vec<_> = (0..20).map(|_| native.chance()).collect();
    assert!(chances.iter().all(|chance| (0.0..=1.0).contains(chance)));
    assert!(chances.iter().any(|chance| chance.to_bits() != chances[0].to_bits()));
}
