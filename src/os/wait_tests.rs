//! What every system's `wait` has to keep.

#![expect(clippy::disallowed_methods, reason = "these tests are about waiting in real time")]

use std::time::{Duration, Instant};

use super::wait::{Interests, Waiter};

#[test]
fn a_wake_before_the_wait_ends_it_once() {
    let waiter = Waiter::new().unwrap();
    let waker = waiter.waker();
    waker.wake();
    waker.wake();
    waiter.wait(Interests::new(), Some(Duration::from_secs(30))).unwrap();
    let began = Instant::now();
    waiter.wait(Interests::new(), Some(Duration::from_millis(20))).unwrap();
    assert!(began.elapsed() >= Duration::from_millis(20), "the wakes counted as one");
    waker.wake();
    waiter.wait(Interests::new(), None).unwrap();
}

#[test]
fn a_wake_from_another_thread_ends_the_wait() {
    let waiter = Waiter::new().unwrap();
    let waker = waiter.waker();
    let thread = std::thread::Builder::new().spawn(move || waker.wake()).unwrap();
    waiter.wait(Interests::new(), None).unwrap();
    thread.join().unwrap();
}

#[test]
fn a_source_that_becomes_ready_ends_the_wait() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let waiter = Waiter::new().unwrap();
    let _guest = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let mut interests = Interests::new();
    interests.add(&listener, true, false);
    let began = Instant::now();
    waiter.wait(interests, Some(Duration::from_secs(30))).unwrap();
    assert!(began.elapsed() < Duration::from_secs(10));
}
