// Own classes with members, initialisers and a port by reference; range for, lambdas, inheritance.
#include <SoftwareSerial.h>
SoftwareSerial sim(8, 7);

class Line {
 public:
  Line(Stream &port, uint16_t pause = 60) : port(port), pause(pause), sent(0) {}
  Line &put(const char *text) { port.print(text); return *this; }
  Line &put(long number) { port.print(number); return *this; }
  void end() { port.println(); sent++; delay(pause); }
  int count() const { return sent; }
 private:
  Stream &port;
  uint16_t pause;
  int sent;
};

class Shape {
 public:
  virtual int area() { return 0; }
  int doubled() { return 2 * area(); }
};
class Square : public Shape {
 public:
  Square(int side) { this->side = side; }
  int area() { return side * side; }
 private:
  int side;
};

Line line(sim, 70);
int total = 0;

void setup() {
  sim.begin(9600);
  line.put("AT").end();
  line.put("AT+S=").put(5).put(",").put(-70000L).end();
  int digits[] = {3, 1, 2};
  for (auto n : digits) total = total * 10 + n;
  line.put("AT+T=").put(total).end();
  auto square = [](int n) { return n * n; };
  line.put("AT+Q=").put(square(12)).end();
  Square tile(9);
  Shape *shape = &tile;
  line.put("AT+A=").put(tile.area()).put(",").put(shape->doubled()).end();
  const char letters[] = {'a', 'b', 'c'};
  for (char c : letters) sim.write(c);
  line.end();
  line.put("AT+N=").put(line.count()).end();
}
void loop() {}
