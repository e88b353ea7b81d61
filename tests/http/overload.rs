//! Many connections: the cap, the reserve, a flood, and a process without descriptors.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};

use touchline::net::Limits;

use super::rig::{Client, PATIENCE, Rig, limits, until};

const GET: &str = "GET / HTTP/1.1\r\nHost: box\r\n\r\n";

#[test]
fn over_the_cap_only_the_admitted_are_served() {
    let rig = Rig::start(Limits { connections: 2, reserve: 2, ..limits() });
    let mut regular: Vec<Client> = (0..2).map(|_| rig.client()).collect();
    for client in &mut regular {
        client.send(GET);
        assert_eq!(client.answer().body, "home");
    }
    let stranger = rig.one(GET);
    assert_eq!((stranger.status, stranger.code().as_str()), (503, "full"));
    assert_eq!(stranger.header("Retry-After"), Some("2"));
    until("the stranger's place is free", || rig.counts.open() == 2);

    let mut staff: Vec<Client> = (0..2).map(|_| rig.client()).collect();
    for client in &mut staff {
        client.send("GET / HTTP/1.1\r\nHost: box\r\nCookie: session\r\n\r\n");
        assert_eq!(client.answer().body, "home");
    }
    // Now the reserve is taken too: not even a request is read.
    assert_eq!(rig.client().answer().code(), "full");
    for client in &mut regular {
        client.send(GET);
        assert_eq!(client.answer().body, "home", "who came within the cap stays");
    }
    assert_eq!((rig.counts.accepted(), rig.counts.refused()), (5, 2));
}

#[test]
fn a_connection_with_a_transport_counts_against_the_cap() {
    let rig = Rig::start(Limits { connections: 1, reserve: 0, ..limits() });
    let mut client = rig.client();
    client.send("GET /keep HTTP/1.1\r\nHost: box\r\n\r\n");
    assert_eq!(client.head().status, 200);
    assert_eq!(rig.client().answer().code(), "full");
    drop(client);
    until("the place is free", || rig.counts.open() == 0);
    rig.assert_well();
}

#[test]
fn a_flood_of_connections_leaves_room_for_a_request() {
    let rig = Rig::start(limits());
    let silent: Vec<TcpStream> = (0..1000).map(|_| TcpStream::connect(rig.addr).unwrap()).collect();
    rig.assert_well();
    until("all are in", || rig.counts.accepted() == 1001);
    drop(silent);
    until("all are gone", || rig.counts.open() == 0);
}

/// The server in a process of its own, so that its descriptors alone run out.
#[test]
#[ignore = "the other half of a_shortage_of_descriptors_is_survived"]
fn serve_until_told() {
    let rig = Rig::start(limits());
    println!("\nlistening {}", rig.addr);
    let _ = std::io::stdin().read(&mut [0]);
}

#[test]
fn a_shortage_of_descriptors_is_survived() {
    let mut server = Command::new("sh")
        .args(["-c", "ulimit -n 40; exec \"$0\" --exact overload::serve_until_told --ignored --nocapture"])
        .arg(std::env::current_exe().unwrap())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    let addr = lines.find_map(|line| line.unwrap().strip_prefix("listening ")?.parse::<SocketAddr>().ok());
    let addr = addr.expect("the server says where it listens");

    let crowd: Vec<TcpStream> = (0..100).map(|_| TcpStream::connect(addr).unwrap()).collect();
    // The last in the queue is turned away rather than left to wait.
    let mut last = crowd.last().unwrap();
    last.set_read_timeout(Some(PATIENCE)).unwrap();
    match last.read(&mut [0]) {
        Ok(0) => {}
        Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => {}
        other => panic!("expected to be turned away, got {other:?}"),
    }
    drop(crowd);
    // A new one may still come too early, before the descriptors are free again.
    until("a request is answered again", || {
        use std::io::Write as _;
        let mut stream = TcpStream::connect(addr).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut answer = [0; 12];
        stream.write_all(GET.as_bytes()).is_ok()
            && stream.read_exact(&mut answer).is_ok()
            && &answer == b"HTTP/1.1 200"
    });
    drop(server.stdin.take());
    assert!(server.wait().unwrap().success());
}
