// Reference and pointer parameters, overloads by type and count, default arguments, pointers to functions.
#include <SoftwareSerial.h>
SoftwareSerial sim(8, 7);

void bump(int &n, int by = 1) { n += by; }
void set(int *n, int to) { if (n) *n = to; }
void swap(char *&a, char *&b) { char *t = a; a = b; b = t; }

void say(Stream &port, const char *text) { port.println(text); }
void say(Stream &port, int number) { port.print("AT+I="); port.println(number); }
void say(Stream &port, int a, int b) { port.print("AT+P="); port.print(a); port.print(','); port.println(b); }
void say(Stream &port, float value) { port.print("AT+F="); port.println(value, 3); }
void say(Stream *port, char c) { port->print("AT+C="); port->println(c); }

int twice(int n) { return 2 * n; }
int thrice(int n) { return 3 * n; }
int apply(int (*f)(int), int n) { return f(n); }

void setup() {
  sim.begin(9600);
  sim.println("ATE0");
  delay(100);
  int n = 1;
  bump(n);
  say(sim, n);
  bump(n, 40);
  say(sim, n, -n);
  set(&n, 7);
  set(NULL, 8);
  say(sim, (float)n / 3);
  say(&sim, 'x');
  char first[] = "AT", second[] = "ATE0";
  char *a = first, *b = second;
  swap(a, b);
  say(sim, a);
  delay(100);
  say(sim, b);
  delay(100);
  say(sim, apply(twice, 4), apply(&thrice, 5));
  int values[4] = {1, 2, 3};
  int *p = values + 1;
  *p++ += 10;
  p[1] = 5;
  for (int i = 0; i < 4; i++) say(sim, values[i]);
}
void loop() {}
