// Templates of one type, namespaces, macros with parameters, conditional compilation, constants of all kinds.
#include <SoftwareSerial.h>
SoftwareSerial sim(8, 7);

#define SEND(text) sim.println(F(text))
#define FIELD(name, value) do { sim.print(#name "="); sim.print(value); sim.print(';'); } while (0)
#define JOIN(a, b) a##b
#define LARGER(a, b) ((a) > (b) ? (a) : (b))
#define VERBOSE 2

template <typename T> T middle(T a, T b) { return (a + b) / 2; }
template <class T> void list(const T *items, int count) {
  for (int i = 0; i < count; i++) {
    if (i) sim.print(',');
    sim.print(items[i]);
  }
  sim.println();
}

namespace modem {
  const char APN[] = "internet";
  constexpr int PORT = 4 * 2500 - 1;
  namespace text { const char *greeting() { return "hello"; } }
  void open() { sim.print("AT+CSTT=\""); sim.print(APN); sim.println("\""); }
}

#if VERBOSE > 1 && defined(SEND)
const char level[] = "loud";
#elif VERBOSE
const char level[] = "quiet";
#else
#error neither
#endif

void setup() {
  sim.begin(9600);
  sim.println("ATE0");
  delay(100);
  SEND("AT");
  delay(100);
  modem::open();
  delay(100);
  FIELD(port, modem::PORT);
  FIELD(level, level);
  FIELD(middle, middle(3, 8));
  FIELD(half, middle(3.0, 8.0));
  int ab = LARGER(3 + 1, 2);
  FIELD(ab, JOIN(a, b));
  sim.println();
  using namespace modem::text;
  sim.println(greeting());
  const int numbers[] = {7, 8, 9};
  const char *words[] = {"x", "yz"};
  list(numbers, 3);
  list(words, 2);
#ifdef __AVR__
  sim.println("avr");
#else
  sim.println("other");
#endif
}
void loop() {}
