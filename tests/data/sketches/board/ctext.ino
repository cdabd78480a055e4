// The C library: sprintf and its kin, numbers to text and back, search, copy.
#include <SoftwareSerial.h>
SoftwareSerial sim(8, 7);
char buffer[64];

void setup() {
  sim.begin(9600);
  sim.println("ATE0");
  delay(100);
  int length = sprintf(buffer, "AT+CIPSEND=%d", 5);
  sim.println(buffer);
  sim.println(length);
  length = snprintf(buffer, 8, "%s-%05d", "abc", 42);
  sim.print(buffer); sim.print('|'); sim.println(length);
  sprintf(buffer, "%5d|%-5d|%x|%X|%c|%s|%u|%ld|%%", -42, 42, 255, 48879, 'q', "str", 65535u, -100000L);
  sim.println(buffer);
  sprintf(buffer, "%03u:%lu:%8s:%-4s:%.2s", 7, 3000000000UL, "right", "l", "cut");
  sim.println(buffer);
  dtostrf(3.14159, 8, 2, buffer);
  sim.println(buffer);
  dtostrf(-0.5, 1, 3, buffer);
  sim.println(buffer);
  itoa(255, buffer, 16); sim.print(buffer); sim.print(' ');
  itoa(-7, buffer, 10); sim.print(buffer); sim.print(' ');
  ltoa(1000000L, buffer, 10); sim.print(buffer); sim.print(' ');
  utoa(40000u, buffer, 2); sim.println(buffer);
  strcpy(buffer, "+CREG: 0,1");
  char *colon = strchr(buffer, ':');
  sim.print(colon - buffer); sim.print(atoi(colon + 1)); sim.print(strstr(buffer, "0,1") != NULL); sim.println(strlen(buffer));
  sim.print(strcmp("a", "b") < 0); sim.print(strncmp("abc", "abd", 2)); sim.println(strcasecmp("OK", "ok"));
  char line[] = "one,two;three";
  for (char *part = strtok(line, ",;"); part != NULL; part = strtok(NULL, ",;")) { sim.print('['); sim.print(part); sim.print(']'); }
  sim.println();
  strcpy(buffer, "AT");
  strcat(buffer, "+GMR");
  strncat(buffer, "xyz", 1);
  sim.println(buffer);
  memset(buffer, '-', 6);
  memcpy(buffer + 2, "ab", 2);
  buffer[6] = 0;
  sim.println(buffer);
  sim.println(strtol("0x1F rest", NULL, 16) + strtol("77", NULL, 8));
  strncpy(buffer, "long text", 4);
  buffer[4] = '\0';
  sim.println(buffer);
  sim.println(memcmp("abc", "abd", 3) < 0);
  sim.print(isdigit('7') != 0); sim.print((char)toupper('k')); sim.println(abs(-12));
}
void loop() {}
