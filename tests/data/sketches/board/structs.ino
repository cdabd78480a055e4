// Structs and tables of them, enums as numbers, nested arrays, sizeof, unions of flags by bits.
#include <SoftwareSerial.h>
SoftwareSerial sim(8, 7);

typedef struct {
  const char *text;
  unsigned int wait;
  bool answered;
} Command;

Command table[] = {
  {"AT", 120, false},
  {"ATE0", 80, false},
  {"AT+CMEE=2", 80, true},
};
const int COUNT = sizeof(table) / sizeof(table[0]);

struct Point { int x, y; };
struct Box { Point from; Point to; char name[8]; };

enum Flags { RED = 1 << 0, GREEN = 1 << 2, BLUE = RED | GREEN };

int grid[2][3] = {{1, 2, 3}, {4, 5, 6}};

int area(const Box &box) { return (box.to.x - box.from.x) * (box.to.y - box.from.y); }
Point moved(Point p, int by) { p.x += by; p.y -= by; return p; }

void setup() {
  sim.begin(9600);
  for (int i = 0; i < COUNT; i++) {
    Command *command = &table[i];
    sim.println(command->text);
    delay(command->wait);
    command->answered = !command->answered;
  }
  for (Command &command : table) sim.print(command.answered ? "y" : "n");
  sim.println();
  Box box = {{1, 2}, {11, 22}, "box"};
  Box copy = box;
  copy.to = moved(copy.to, 5);
  copy.name[0] = 'f';
  sim.print(box.name); sim.print(area(box)); sim.print(copy.name); sim.println(area(copy));
  delay(50);
  sim.print(BLUE); sim.print(GREEN & ~RED); sim.println(sizeof(Point));
  int sum = 0;
  for (int row = 0; row < 2; row++) for (int column = 0; column < 3; column++) sum += grid[row][column] * (row ? 10 : 1);
  sim.println(sum);
}
void loop() {}
