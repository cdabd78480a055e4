//! A sketch of 5,000 lines is imported in under 100 ms: read, run on the board with the simulated modem, made a macro.
//!
//! `cargo bench --bench sketch`. *Sends* has a command on each line, 60 kB to the modem; *functions* is written as people write,
//! 500 functions that send, wait and read.

#![allow(missing_docs, reason = "criterion's macro makes a function")]

use std::fmt::Write as _;
use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use modemscope::sketch::{RunOptions, Source, import};

const HEAD: &str = "#include <SoftwareSerial.h>\nSoftwareSerial sim(8, 7);\n";
const LINES: usize = 5000;

fn sends() -> String {
    let mut text = format!("{HEAD}void setup() {{\n  sim.begin(9600);\n");
    for line in 0..LINES {
        let _ = writeln!(text, "  sim.println(\"AT+N={line}\");");
    }
    text + "}\nvoid loop() {}\n"
}

fn functions() -> String {
    let mut text = HEAD.to_owned();
    for number in 0..LINES / 10 {
        let _ = write!(
            text,
            "// Step {number} of the job.\nvoid step{number}() {{\n  int n = {number} + 3;\n  sim.print(\"AT+N=\");\n  sim.println(n);\n  \
             delay(300);\n  while (sim.available()) {{\n    Serial.write(sim.read());\n  }}\n}}\n"
        );
    }
    text += "void setup() {\n  Serial.begin(9600);\n  sim.begin(9600);\n";
    for number in 0..LINES / 10 {
        let _ = writeln!(text, "  step{number}();");
    }
    text + "}\nvoid loop() {}\n"
}

fn imports(criterion: &mut Criterion) {
    for (name, text) in [("sends", sends()), ("functions", functions())] {
        let source = Source::new(&text);
        criterion.bench_function(&format!("import 5,000 lines, {name}"), |bench| {
            bench.iter(|| import(black_box(&source), &RunOptions::default()));
        });
    }
}

criterion_group!(benches, imports);
criterion_main!(benches);
