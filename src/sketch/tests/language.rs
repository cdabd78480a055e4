//! The language that sketches use: each entry with what a board sends.

use crate::notation::print;
use crate::sketch::{RunOptions, Source, import};

/// What the sketch sends; `s` is the modem's port.
fn sent(sketch: &str) -> String {
    let imported = import(&Source::new(sketch), &RunOptions::default());
    imported.steps.iter().map(|step| print(&step.bytes)).collect()
}

/// Declarations before `setup`, statements in it, and what is sent.
fn check(before: &str, body: &str, expected: &str) {
    let sketch =
        format!("SoftwareSerial s(8, 7);\n{before}\nvoid setup() {{ s.begin(9600);\n{body}\n}}\nvoid loop() {{}}\n");
    assert_eq!(sent(&sketch), expected, "{sketch}");
}

#[test]
fn every_way_to_write_a_byte() {
    for (body, expected) in [
        ("s.print(26);", "26"),
        ("s.print(26, HEX);", "1A"),
        ("s.print(26, BIN);", "11010"),
        ("s.write(26);", r"\x1A"),
        ("s.write(\"26\");", "26"),
        ("s.print('\\x1A');", r"\x1A"),
        ("s.print((char)26);", r"\x1A"),
        ("s.print(char(26));", r"\x1A"),
        ("s.write((byte)0x1A);", r"\x1A"),
        ("s.print(\"\\032\");", r"\x1A"),
        ("s.print(String(26));", "26"),
        ("s.print(String((char)26));", r"\x1A"),
        ("s.print(byte(26));", "26"),
        ("s.println();", r"\r\n"),
        ("char b[] = {65, 0, 66}; s.write(b, 3);", r"A\x00B"),
        ("s.print(F(\"AT\" \"+X\"));", "AT+X"),
        ("s.print(1.5); s.print(-0.126, 2); s.print(3.0, 0);", "1.50-0.133"),
        ("s.print(B101); s.print(0b11); s.print(010); s.print(1'000);", "5381000"),
        ("const char *p = \"AT\"; while (*p) s.write(*p++);", "AT"),
        ("s.printf(\"%d,%s\", 3, \"x\");", "3,x"),
    ] {
        check("", body, expected);
    }
}

#[test]
fn numbers_are_as_wide_as_on_the_board() {
    for (body, expected) in [
        ("uint8_t b = 300; s.print(b);", "44"),
        ("long l = 60L * 1000; s.print(l);", "60000"),
        ("int big = 40000; s.print(big);", "-25536"),
        ("s.print(300 * 300);", "24464"),
        ("s.print(40000);", "40000"),
        ("s.print(1UL << 20);", "1048576"),
        ("byte k = 255; k++; s.print(k);", "0"),
        ("unsigned long u = -1; s.print(u);", "4294967295"),
        ("int8_t i = 200; s.print(i);", "-56"),
        ("s.print(7 / 2); s.print(-7 % 3); s.print(7 / 2.0);", "3-13.50"),
        ("float f = 2; s.print(true ? 1 : f); s.print(true ? 1 : 2);", "1.001"),
        ("unsigned int w = 0; w--; s.print(w);", "65535"),
        ("s.print('A' + 1); s.print((char)('A' + 1));", "66B"),
        ("s.print(5 & 3 | 8 ^ 2); s.print(~0); s.print(!5);", "11-10"),
        ("bool t = 5; s.print(t); s.print(true + true);", "12"),
        ("s.print(sizeof(int)); char b[10]; s.print(sizeof(b)); s.print(sizeof(\"AT\"));", "2103"),
    ] {
        check("", body, expected);
    }
    let esp = "#include <WiFi.h>\nvoid setup() { Serial2.begin(9600); int big = 40000; Serial2.print(\"AT\"); Serial2.println(big); Serial2.print(300 * 300); }";
    assert_eq!(sent(esp), r"AT40000\r\n90000");
}

#[test]
fn control() {
    for (body, expected) in [
        (
            "switch (2) { case 1: s.print(1); case 2: s.print(2); case 3: s.print(3); break; default: s.print(9); }",
            "23",
        ),
        ("switch (7) { case 1: s.print(1); break; default: s.print(9); case 8: s.print(8); }", "98"),
        ("int i = 0; again: s.print(i); if (++i < 3) goto again; s.print('e');", "012e"),
        ("for (int i = 0, j = 9; i < 3; i++, j--) { if (i == 1) continue; s.print(j); }", "97"),
        ("int i = 0; do { s.print(i); } while (++i < 2);", "01"),
        ("for (int a = 0; a < 3; a++) for (int b = 0; b < 3; b++) { if (b == 1) break; s.print(a); }", "012"),
        (
            "int list[] = {3, 1, 2}; for (int x : list) s.print(x); for (auto &x : list) x *= 2; s.print(list[0]);",
            "3126",
        ),
        ("if (int n = 5) s.print(n); else s.print(0);", "5"),
        ("int n = 3; while (n --> 0) s.print(n);", "210"),
        ("int x = 5; s.print(x > 3 ? \"yes\" : \"no\"); s.print((x, 7));", "yes7"),
    ] {
        check("", body, expected);
    }
}

#[test]
fn functions() {
    for (before, body, expected) in [
        ("void f(int a, int b = 2) { s.print(a); s.print(b); }", "f(1); f(3, 4);", "1234"),
        (
            "void f(int n) { s.print('i'); } void f(const char *t) { s.print('t'); } void f(String t, int n) { s.print('2'); }",
            "f(1); f(\"x\"); f(\"x\", 1);",
            "it2",
        ),
        ("void f(float x) { s.print('f'); } void f(char c) { s.print('c'); }", "f(1.5); f('x');", "fc"),
        ("int n() { static int k = 5; return k++; }", "s.print(n()); s.print(n());", "56"),
        (
            "void up(int &n) { n++; } void set(int *p) { *p = 9; } void add(String &t) { t += \"!\"; }",
            "int n = 1; up(n); s.print(n); set(&n); s.print(n); String t = \"a\"; add(t); s.print(t);",
            "29a!",
        ),
        (
            "void fill(char *b, int size) { for (int i = 0; i < size - 1; i++) b[i] = 'a' + i; b[size - 1] = 0; }",
            "char b[4]; fill(b, sizeof(b)); s.print(b);",
            "abc",
        ),
        ("int later(int x); ", "s.print(later(2));", "4"),
        (
            "template<typename T> T most(T a, T b) { return a > b ? a : b; }",
            "s.print(most(2, 5)); s.print(most(1.5, 0.5));",
            "51.50",
        ),
        (
            "namespace net { int port() { return 80; } const int other = 7; }",
            "s.print(net::port()); s.print(net::other);",
            "807",
        ),
        (
            "void run(void (*f)(int)) { f(4); } void show(int n) { s.print(n); }",
            "run(show); run([](int n) { s.print(n * 2); });",
            "48",
        ),
        (
            "int fact(int n) { return n < 2 ? 1 : n * fact(n - 1); }",
            "auto twice = [](int x) { return 2 * x; }; s.print(twice(fact(4)));",
            "48",
        ),
        (
            "void to(Stream &p, const char *t) { p.print(t); } void to2(SoftwareSerial *p) { p->print('p'); }",
            "to(s, \"AT\"); to2(&s);",
            "ATp",
        ),
    ] {
        let before = before.replace("int later(int x);", "int later(int x); int later(int x) { return x * x; }");
        check(&before, body, expected);
    }
}

#[test]
fn objects() {
    for (before, body, expected) in [
        (
            "struct Cmd { const char *text; int wait; }; const Cmd list[] = { {\"AT\", 1}, {.text = \"AT+X\", .wait = 2} };",
            "for (int i = 0; i < 2; i++) { s.print(list[i].text); s.print(list[i].wait); }",
            "AT1AT+X2",
        ),
        (
            "struct P { int x = 3; int y; }; P make(int y) { P p; p.y = y; return p; }",
            "P a = make(4); P b = a; b.x = 9; s.print(a.x); s.print(b.x); s.print(b.y); P *q = &a; q->x++; s.print(a.x);",
            "3944",
        ),
        (
            "class Modem { public: Modem(Stream &p) : port(p), n(0) {} void at(const char *c) { port.print(c); n++; } int count() const { return n; } private: Stream &port; int n; };\nModem m(s);",
            "m.at(\"AT\"); m.at(\"+X\"); s.print(m.count());",
            "AT+X2",
        ),
        (
            "class Base { public: int v = 1; void show() { s.print(v); } }; class Top : public Base { public: Top(int x) { v = x; } void twice() { show(); show(); } };",
            "Top t(7); t.twice();",
            "77",
        ),
        (
            "class C { public: void f(); static int k; private: int n = 2; };\nint C::k = 5;\nvoid C::f() { s.print(this->n); s.print(k); }",
            "C c; c.f();",
            "25",
        ),
        (
            "enum class A { Off, Idle }; enum class B { Idle, Run }; class C { public: enum S { OK, BUSY, FAIL = 7, TIME };\n\
             S s = TIME; bool ok() { return s == TIME; } }; const int TIME = 500; C c;",
            "s.print(A::Idle == A::Off); s.print((int)A::Idle); s.print((int)B::Idle); s.print(C::TIME); s.print(TIME);\n\
             s.print(c.ok()); s.print(c.s == C::OK);",
            "010850010",
        ),
        (
            "enum State { IDLE, RUN = 5, DONE }; enum class Mode : uint8_t { A, B };",
            "State x = DONE; s.print(x); s.print((int)Mode::B); if (x == DONE) s.print('d');",
            "61d",
        ),
        (
            "typedef struct { int a; char t[5]; } Rec; Rec recs[2];",
            "strcpy(recs[1].t, \"abc\"); recs[1].a = 4; s.print(recs[1].t); s.print(recs[1].a); s.print(recs[0].a);",
            "abc40",
        ),
        ("union U { int a; }; using Num = long;", "Num n = 70000; s.print(n);", "70000"),
        ("SoftwareSerial *q;", "q = &s; q->print(\"AT\"); (*q).print(1);", "AT1"),
        (
            "int grid[2][3] = { {1, 2, 3}, {4, 5, 6} }; char names[2][6] = {\"one\", \"two\"};",
            "s.print(grid[1][2]); grid[0][0] = 9; s.print(grid[0][0]); s.print(names[1]);",
            "69two",
        ),
    ] {
        check(before, body, expected);
    }
    assert_eq!(
        sent("SoftwareSerial *g = new SoftwareSerial(7, 8); void setup() { g->begin(9600); g->println(\"AT\"); }"),
        r"AT\r\n"
    );
    assert_eq!(
        sent("HardwareSerial g(1); void setup() { g.begin(9600, SERIAL_8N1, 4, 5); g.println(\"AT\"); }"),
        r"AT\r\n"
    );
    assert_eq!(sent("AltSoftSerial g; void setup() { g.begin(9600); g.println(\"AT\"); }"), r"AT\r\n");
}

#[test]
fn preprocessor() {
    for (before, body, expected) in [
        ("#define SEND(x) s.print(x)\n#define TWICE(a) SEND(a); SEND(a)", "TWICE(\"AT\");", "ATAT"),
        (
            "#define N 3\n#if N > 2 && defined(N)\n#define T \"big\"\n#elif N\n#define T \"mid\"\n#else\n#define T \"small\"\n#endif",
            "s.print(T);",
            "big",
        ),
        (
            "#ifdef NOT_THERE\n#define Q 1\n#else\n#define Q 2\n#endif\n#define STR(x) #x\n#define JOIN(a, b) a ## b",
            "int xy = 4; s.print(Q); s.print(STR(hello)); s.print(JOIN(x, y));",
            "2hello4",
        ),
        (
            "#define LONG(a, \\\n  b) s.print(a); \\\n  s.print(b)",
            "LONG(1,\n 2); // a \"comment\"\n /* s.print(9); */",
            "12",
        ),
        (
            "#define port s\n#define LOG(...) s.print(__VA_ARGS__)",
            "port.print(1); LOG(255, HEX); s.print(\"port // N\");",
            "1FFport // N",
        ),
        (
            "const char M[] PROGMEM = \"AT\"; const char *const T[] PROGMEM = { M };",
            "s.print((const __FlashStringHelper *)M); char b[5]; strcpy_P(b, (char *)pgm_read_ptr(&(T[0]))); s.print(b); s.print((char)pgm_read_byte(M + 1));",
            "ATATT",
        ),
    ] {
        check(before, body, expected);
    }
}

#[test]
fn arduino_strings() {
    for (body, expected) in [
        ("String t; s.print(t == 0); t = \"a\"; s.print(t != 0); s.print(t == 0);", "110"),
        ("String t = \"AT\"; t += '+'; t += 5; t = t + \"x\" + 1.5; s.print(t);", "AT+5x1.50"),
        (
            "String t = \"hello world\"; s.print(t.length()); s.print(t.indexOf('o')); s.print(t.indexOf(\"wor\")); s.print(t.lastIndexOf('o')); s.print(t.indexOf('z'));",
            "11467-1",
        ),
        (
            "String t = \"a,b,c\"; s.print(t.substring(2)); s.print(t.substring(0, 1)); s.print(t.charAt(2)); s.print(t[4]); s.print(t.endsWith(\"c\")); s.print(t.startsWith(\"x\"));",
            "b,cabc10",
        ),
        (
            "String t = \"  x y \"; t.trim(); s.print(t); t.toUpperCase(); t.replace(\"X\", \"zz\"); s.print(t); t.remove(0, 2); s.print(t); t.setCharAt(0, '-'); s.print(t);",
            "x yzz Y Y-Y",
        ),
        (
            "String t = String(255, HEX) + String(5, BIN) + String(3.14159, 3) + String('c'); s.print(t); s.print(t.toInt());",
            "ff1013.142c0",
        ),
        (
            "s.print(String(\"12ab\").toInt()); s.print(String(\"1.5\").toFloat()); s.print(String(\"a\") == \"a\"); s.print(String(\"A\").equalsIgnoreCase(\"a\")); s.print(String(\"a\") < String(\"b\"));",
            "121.50111",
        ),
        (
            "String t = \"abc\"; char b[10]; t.toCharArray(b, 3); s.print(b); s.print(t.c_str()); t.concat(7); s.print(t); s.print(String(\"\").isEmpty());",
            "ababcabc71",
        ),
        (
            "String list[3] = {\"AT\", \"AT+X\"}; list[2] = list[0] + list[1]; for (int i = 0; i < 3; i++) s.print(list[i] + \";\");",
            "AT;AT+X;ATAT+X;",
        ),
    ] {
        check("", body, expected);
    }
}

#[test]
fn c_strings() {
    for (body, expected) in [
        (
            "char b[30]; int n = sprintf(b, \"%03d|%-4s|%x|%ld|%c|%%|%5.2s\", 7, \"ab\", 255, 70000L, 'z', \"xyz\"); s.print(b); s.print(n);",
            "007|ab  |ff|70000|z|%|   xy27",
        ),
        ("char b[6]; int n = snprintf(b, sizeof(b), \"%s\", \"long text\"); s.print(b); s.print(n);", "long 9"),
        (
            "char b[10]; dtostrf(3.14159, 7, 2, b); s.print(b); itoa(255, b, 16); s.print(b); ltoa(-70000, b, 10); s.print(b);",
            "   3.14ff-70000",
        ),
        (
            "char b[20] = \"AT\"; strcat(b, \"+CSQ\"); s.print(b); s.print(strlen(b)); s.print(strcmp(b, \"AT+CSQ\")); s.print(strncmp(b, \"ATX\", 2)); s.print(strstr(b, \"CS\")); s.print(strchr(b, '+'));",
            "AT+CSQ600CSQ+CSQ",
        ),
        (
            "char b[] = \"a,bc;d\"; char *t = strtok(b, \",;\"); while (t) { s.print(t); s.print('.'); t = strtok(NULL, \",;\"); }",
            "a.bc.d.",
        ),
        (
            "char a[4] = \"abc\", b[4]; memcpy(b, a, 4); b[1] = 'X'; s.print(b); memset(b, '-', 3); s.print(b); s.print(memcmp(a, b, 3) != 0);",
            "aXc---1",
        ),
        (
            "s.print(atoi(\"42x\")); s.print(atol(\"70000\")); s.print(atof(\"1.25\")); s.print(strtol(\"ff\", NULL, 16)); s.print((char)toupper('a'));",
            "42700001.25255A",
        ),
        (
            "int a, b; char w[8]; int n = sscanf(\"12,34 ok\", \"%d,%d %s\", &a, &b, w); s.print(n); s.print(a + b); s.print(w);",
            "346ok",
        ),
        (
            "char *m = (char *)malloc(5); strcpy(m, \"hi\"); s.print(m); free(m); s.print(strcasecmp(\"ok\", \"OK\"));",
            "hi0",
        ),
        (
            "s.print(map(5, 0, 10, 0, 100)); s.print(constrain(15, 0, 9)); s.print(min(3, 2)); s.print(max(3, 2)); s.print(abs(-4)); s.print(isDigit('5')); s.print(lowByte(0x1234), HEX);",
            "509234134",
        ),
    ] {
        check("", body, expected);
    }
}

/// What the board's `Stream` makes of the modem's answers.
#[test]
fn answers_are_read() {
    for (body, expected) in [
        (
            "s.println(\"ATE0\"); delay(200); while (s.available()) s.read(); s.println(\"AT\"); s.readStringUntil('\\n'); String t = s.readStringUntil('\\n'); t.trim(); s.print(\"got:\" + t);",
            r"ATE0\r\nAT\r\ngot:OK",
        ),
        ("s.println(\"AT+CSQ\"); if (s.find(\"+CSQ: \")) { int q = s.parseInt(); s.print(q); }", r"AT+CSQ\r\n20"),
        (
            "s.println(\"AT\"); s.setTimeout(200); String t = s.readString(); s.print(t.indexOf(\"OK\") > 0 ? \"yes\" : \"no\");",
            r"AT\r\nyes",
        ),
        (
            "s.println(\"AT\"); delay(100); char b[20]; int n = s.readBytes(b, 19); b[n] = 0; s.print(strstr(b, \"OK\") ? 1 : 0);",
            r"AT\r\n1",
        ),
        ("s.println(\"AT+NONSENSE\"); s.print(s.findUntil(\"OK\", \"ERROR\"));", r"AT+NONSENSE\r\n0"),
    ] {
        check("", body, expected);
    }
}

#[test]
fn what_a_function_gives_back_by_reference_is_the_thing_itself() {
    check(
        "struct Line { int sent = 0; Line &put(int n) { s.print(n); return *this; } void end() { s.println(); sent++; } }; Line line;",
        "line.put(1).put(2).end(); line.put(3).end(); s.print(line.sent);",
        r"12\r\n3\r\n2",
    );
    check("int kept[3]; int &at(int i) { return kept[i]; }", "at(1) = 7; at(1)++; s.print(kept[1]);", "8");
    check("Stream &port() { return s; }", "port().print(\"AT\");", "AT");
}

#[test]
fn mathematics_of_the_core() {
    check(
        "",
        "s.print(degrees(asin(1.0)), 1); s.print(' '); s.print(atan2(1, 1) * 4 / PI, 3); s.print(' '); s.print(radians(180), 4);",
        "90.0 1.000 3.1416",
    );
}

/// An `int` of the Uno takes two bytes of what is given, whatever was given; a `long` for `%d` shifts all behind it.
#[test]
fn what_is_given_to_sprintf_lies_there_in_bytes() {
    for (given, expected) in [
        ("\"%d,%d\", 1, 2", "1,2"),
        ("\"%d,%d\", 100000L, 2", "-31072,1"),
        ("\"%ld,%d\", 100000L, 2", "100000,2"),
        ("\"%lu|%c|%s\", 3000000000UL, 'x', \"y\"", "3000000000|x|y"),
        ("\"%f,%d\", 1.5, 7", "?,7"),
        ("\"%*d\", 4, 7", "   7"),
    ] {
        check("char b[40];", &format!("sprintf(b, {given}); s.print(b);"), expected);
    }
    check("", "s.print(strtol(\"77\", NULL, 8)); s.print(' '); s.print(strtol(\"-0x1F\", NULL, 0));", "63 -31");
}

#[test]
fn serial_events_come_between_the_rounds_of_loop() {
    let sketch = "void setup() { Serial1.begin(9600); Serial1.println(\"AT\"); }\nvoid loop() { delay(5); }\n\
        String got;\nvoid serialEvent1() { while (Serial1.available()) got += (char)Serial1.read();\n\
        if (got.endsWith(\"OK\\r\\n\")) { got = \"\"; Serial1.println(\"AT+CSQ\"); } }\n";
    assert_eq!(sent(sketch), r"AT\r\nAT+CSQ\r\n");
}

/// What the functions that count in bytes do to numbers, structs and pointers in them.
#[test]
fn memory_is_copied_filled_and_compared_by_the_byte() {
    let before = "struct Pair { const char *name; uint8_t length; bool last; };\nconst char one[] PROGMEM = \"AT\";\n\
        const Pair pairs[] PROGMEM = { { one, sizeof one, false }, { one, 7, true } };\n\
        void say(const char *form, ...) { char b[32]; va_list list; va_start(list, form); \
        vsnprintf(b, sizeof b, form, list); va_end(list); s.print(b); }";
    for (body, expected) in [
        ("Pair p; memcpy_P(&p, pairs + 1, sizeof p); s.print(p.length); s.print(p.last); s.print(p.name);", "71AT"),
        ("Pair p = pairs[0]; memset(&p, 0, sizeof(p)); s.print(p.length); s.print(p.name == NULL);", "01"),
        ("s.print(sizeof(Pair)); s.print(sizeof pairs);", "48"),
        ("int a[4] = {1, 2, 3, 4}; memset(a, 0, sizeof(a)); s.print(a[0] + a[3]);", "0"),
        ("int a[4] = {1, 2, 3, 4}, b[4]; memcpy(b, a + 1, 3 * sizeof(int)); s.print(b[0]); s.print(b[2]);", "24"),
        ("uint16_t n = 0x1234; byte b[2]; memcpy(b, &n, 2); s.print(b[0], HEX); s.write((byte *)&n, 2);", r"344\x12"),
        ("byte b[] = {0, 0, 0x20, 0x41}; float f; memcpy(&f, b, 4); s.print(f);", "10.00"),
        ("byte a[] = {1, 0, 2}, b[] = {1, 0, 3}; s.print(memcmp(a, b, 2)); s.print(memcmp(a, b, 3) == 0);", "00"),
        ("char t[2][4] = {\"ab\", \"cd\"}; memset(t[1], 'x', 3); s.print(t[0]); s.print(t[1]);", "abxxx"),
        ("byte k = 0; bitSet(k, 3); bitWrite(k, 0, 1); bitClear(k, 3); bitToggle(k, 1); s.print(k);", "3"),
        ("say(\"AT+CMGR=%d,%s\", 3, \"x\");", "AT+CMGR=3,x"),
    ] {
        check(before, body, expected);
    }
}

/// A memory function that stays within its array is none that writes behind it.
#[test]
fn an_array_of_numbers_is_as_long_as_its_bytes() {
    let rules = |body: &str| {
        let sketch = format!(
            "SoftwareSerial s(8, 7);\nvoid setup() {{ s.begin(9600); {body} s.println(\"AT\"); }}\nvoid loop() {{}}\n"
        );
        let run = crate::sketch::run_sketch(&Source::new(&sketch), &RunOptions::default());
        run.findings.iter().map(|finding| finding.rule).filter(|rule| *rule == "sketch-buffer-overrun").count()
    };
    assert_eq!(rules("int a[4]; memset(a, 0, sizeof a);"), 0);
    assert_eq!(rules("int a[4]; memset(a, 0, 9);"), 1);
}

/// An empty array that a function of another library fills is asked for, not sent as zeros.
#[test]
fn what_others_fill_is_a_question() {
    let sketch = "SoftwareSerial s(8, 7);\nbyte packet[4];\nvoid setup() { s.begin(9600); mqtt_connect(packet, \"me\"); \
        s.write(packet, 4); }\nvoid loop() {}\n";
    let imported = import(&Source::new(sketch), &RunOptions::default());
    let texts: Vec<&str> = imported.steps.iter().map(|step| step.text.as_str()).collect();
    assert_eq!(texts, ["${from_mqtt_connect}"], "{imported:?}");
}

#[test]
fn a_number_is_seen_as_its_bytes() {
    let sketch = "SoftwareSerial s(8, 7);\nfloat f = 251.0; unsigned int n = 0x1234;\nvoid setup() { s.begin(9600); byte *p = (byte *)&f; byte *q = (byte *)&n;\n\
         String all = \"AT\"; for (int i = 0; i < 4; i++) all += String(p[i], HEX);\nq += 1; all += String(*q, HEX); all += String(*(--q), HEX);\ns.print(all); }\nvoid loop() {}";
    assert_eq!(sent(sketch), "AT007b431234");
    // Both ways: what is written to the bytes changes the number, and a number that changed is seen.
    let sketch = "SoftwareSerial s(8, 7);\nlong n = 1234567;\nvoid setup() { s.begin(9600); byte *p = (byte *)&n; p[0] = 1;\n\
         *(p + 1) = 0; s.print(n); n = 258; s.print(p[0]); s.write(p, 2); }\nvoid loop() {}";
    assert_eq!(sent(sketch), r"11796492\x02\x01");
}

/// What a declaration gives as default counts for a definition that stands elsewhere.
#[test]
fn defaults_stand_in_the_declaration_alone() {
    let sketch = "SoftwareSerial s(8, 7);\nint twice(int n, int by = 2);\nconst char *named(int n = 7);\n\
        class Modem { public: Modem(int k = 3); int level(int a, int b = 40); int k; };\n\
        Modem::Modem(int k) { this->k = k; }\nint Modem::level(int a, int b) { return a + b + k; }\n\
        void setup() { s.begin(9600); Modem modem; s.print(twice(4)); s.print(modem.level(1)); s.print(modem.level(1, 1)); s.print(named()); }\n\
        void loop() {}\nint twice(int n, int by) { return n * by; }\nconst char *named(int n) { return n == 7 ? \"AT\" : \"no\"; }";
    assert_eq!(sent(sketch), "8445AT");
}
