//! The capture's speed: append, index, rows, find, redaction, secrets. `cargo bench --bench capture`; more bytes with `MODEMSCOPE_BENCH_MIB=1024`.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a bench ends where it cannot go on")]

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, SystemTime};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use modemscope::capture::redact::Plan;
use modemscope::capture::search::{Pattern, PatternKind, Search};
use modemscope::capture::{Filter, Progress, Reader, Record, RowIndex, RowRules, Writer, open};
use modemscope::modem::Direction;
use modemscope::modem::secrets::SecretFinder;

/// What a busy modem says.
fn lines(length: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    for number in 0.. {
        let line =
            format!("+CSQ: {},0 seq={number:08} the quick brown fox jumps over the lazy dog OK\r\n", number % 32);
        bytes.extend(line.into_bytes());
        if bytes.len() >= length {
            break;
        }
    }
    bytes.truncate(length);
    bytes
}

fn megabytes() -> usize {
    std::env::var("MODEMSCOPE_BENCH_MIB").ok().and_then(|count| count.parse().ok()).unwrap_or(64)
}

fn fill(path: &Path, chunk: usize) -> Reader {
    let bytes = lines(1 << 20);
    let mut writer = Writer::create(path, SystemTime::UNIX_EPOCH).unwrap();
    for second in 0..megabytes() {
        for part in bytes.chunks(chunk) {
            writer.append(Duration::from_secs(second as u64), Record::received(part));
        }
    }
    writer.reader()
}

fn append(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("append to a file");
    let bytes = lines(1 << 20);
    for chunk in [1, 64, 4096, 65_536] {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = Writer::create(&folder.path().join("a.pcapng"), SystemTime::UNIX_EPOCH).unwrap();
        let part = bytes.get(..chunk).unwrap();
        group.throughput(Throughput::Bytes(chunk as u64));
        group.bench_function(BenchmarkId::from_parameter(chunk), |bencher| {
            bencher.iter(|| writer.append(Duration::ZERO, Record::received(part)));
        });
    }
    group.finish();
}

fn index_and_rows(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let reader = fill(&folder.path().join("a.pcapng"), 4096);
    let mut group = criterion.benchmark_group("rows");
    group.sample_size(10).throughput(Throughput::Bytes(reader.end().rx));
    group.bench_function("index", |bencher| {
        bencher.iter(|| {
            let mut index = RowIndex::new(reader.clone(), RowRules::default());
            while !index.update(4 << 20) {}
            black_box(index.len())
        });
    });
    group.bench_function("open", |bencher| {
        bencher.iter(|| black_box(open(&folder.path().join("a.pcapng")).unwrap().finish().len()));
    });
    group.finish();
    let mut index = RowIndex::new(reader, RowRules::default());
    while !index.update(4 << 20) {}
    let mut row = 0;
    criterion.bench_function("a screen of 60 rows anywhere", |bencher| {
        bencher.iter(|| {
            row = (row + 7_919_777) % (index.len() - 60);
            black_box(index.rows(row..row + 60))
        });
    });
}

fn find(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let mut group = criterion.benchmark_group("find what is not there");
    for chunk in [64, 4096] {
        let reader = fill(&folder.path().join(format!("{chunk}.pcapng")), chunk);
        group.sample_size(10).throughput(Throughput::Bytes(reader.end().rx));
        for (text, kind) in [("absent needle", PatternKind::Text), (r"seq=\d+42 zz", PatternKind::Regex)] {
            let pattern = Pattern::new(text, kind, false).unwrap();
            group.bench_function(BenchmarkId::new(text, chunk), |bencher| {
                bencher.iter(|| {
                    let mut count = 0;
                    let mut search = Search::new(reader.clone(), &pattern, &Filter::default());
                    while !search.step(4 << 20, &mut |_, _| count += 1) {}
                    search.tail(&mut |_, _| count += 1);
                    assert_eq!(count, 0);
                });
            });
        }
    }
    group.finish();
}

/// Finding what is private, and making the copy in which it is replaced: modem talk with little, and with much of it.
fn redact(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("redact");
    group.sample_size(10);
    let much = |number: usize| format!("\r\n+CLIP: \"+4179{number:07}\",129\r\nAT+CPIN=1234\r\r\nOK\r\n");
    let numbers: String =
        (0..20).map(|number| much(number * 7919) + &"RING, +CSQ: 8,0 and so on\r\n".repeat(20)).collect();
    for (name, text) in [("modem talk", lines(1 << 20)), ("numbers and PINs", numbers.into_bytes())] {
        let mut writer = Writer::in_memory(SystemTime::UNIX_EPOCH);
        let text: Vec<u8> = text.iter().copied().cycle().take(8 << 20).collect();
        for part in text.chunks(4096) {
            writer.append(Duration::ZERO, Record::received(part));
        }
        let reader = writer.reader();
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(BenchmarkId::new("plan", name), |bencher| {
            bencher.iter(|| Plan::make(black_box(&reader), &Progress::default()).unwrap());
        });
        let plan = Plan::make(&reader, &Progress::default()).unwrap();
        group.bench_function(BenchmarkId::new("copy", name), |bencher| {
            bencher.iter(|| plan.apply(black_box(&reader), &Progress::default()).unwrap());
        });
    }
    group.finish();
}

/// Looking for secrets in what passes: talk of a modem, and noise at a wrong rate.
fn secrets(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("secrets");
    group.sample_size(10);
    let mut state = 5_u64;
    let noise = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    });
    let noise: Vec<u8> = noise.take(1 << 20).collect();
    for (name, bytes) in [("talk", lines(1 << 20)), ("noise", noise)] {
        for way in [Direction::Rx, Direction::Tx] {
            group.throughput(Throughput::Bytes(bytes.len() as u64));
            group.bench_function(BenchmarkId::new(format!("{way:?}"), name), |bencher| {
                bencher.iter(|| {
                    let mut finder = SecretFinder::default();
                    bytes.chunks(4096).map(|part| finder.find(way, part).len()).sum::<usize>()
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, append, index_and_rows, find, redact, secrets);
criterion_main!(benches);
