#define P "x"
SoftwareSerial s(8,7);
void at(const char*t,int d=5){s.print(t);s.println(String(26)+P);delay(d);}
void setup(){for(int i=0;i<3;i++){at("AT");}if(s.available())s.write(26);}
void loop(){}
