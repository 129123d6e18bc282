#include <algorithm>
#include <string_view>
#include <unordered_set>

#include "api/accounts/passwords/passwords.h"

namespace confab::accounts {

namespace {

/// What lists of stolen passwords hold most of, from 10 characters on; folded.
constexpr std::string_view kCommon = R"(
0101010101 0102030405 0123456789 0147258369 0987654321 1010101010 1020304050 1029384756 1122334455
11223344556677 123123123123 1231231234 12341234123 123412341234 1234512345 1234554321 1234561234
12345612345 123456123456 1234567890 12345678901 123456789012 1234567890123 1234567890a 1234567890q
1234567891 12345678910 1234567898 1234567899 123456789a 123456789abc 123456789d 123456789m
123456789q 123456789qwe 123456789s 123456789z 1234567qwerty 123456qwerty 12345qwert 12345qwerty
1234qwerty 123qweasd! 123qweasdzxc 1357924680 1472583690 1472583695 147258369a 1597534862
1a2b3c4d5e 1q2w3e4r5t 1q2w3e4r5t6y 1q2w3e4r5t6y7u 1q2w3e4r5t6y7u8i 1q2w3e4r5t6y7u8i9o0p
1qaz2wsx3edc 1qaz2wsx3edc4rfv 1qazxsw23edc 2468013579 3216549870 5555555555a 7894561230 789456123a
9638527410 9876543210 9876543211 987654321a 987654321q 9999999999 a123456789 a1234567890
a1b2c3d4e5 a1b2c3d4e5f6 aa12345678 aa123456789 aaa123456789 abc1234567 abc12345678 abc123456789
abc123abc123 abcd123456 abcd1234567 abcd12345678 abcde12345 abcdef1234 abcdef12345 abcdef123456
abcdefg123 abcdefg1234 abcdefgh12 abcdefgh123 abcdefghi1 abcdefghij1 abracadabra access1234
access14access admin12345 admin12345! admin123456 admin1234567 admin12345678 admin123456789
admin123admin admin@1234 admin@12345 adminadmin adminadmin1 adminadmin123 administrador
administrator administrator1 administrator123 adminpassword alejandra1 alejandro1 alejandro123
alexander1 alexander12 alexander123 alexandra1 alexandra123 america123 american123 andrew1234
android123 anthony123 anthony1234 anything123 argentina1 argentina123 arsenal123 arsenal1234
asd123456789 asd123asd123 asdfasdfasdf asdfghjkl1 asdfghjkl12 asdfghjkl123 asdfghjkl; asdfqwer1234
ashley1234 australia1 australia123 autumn2020 autumn2021 autumn2022 autumn2023 autumn2024
autumn2025 autumn2026 banana1234 barcelona1 barcelona10 barcelona123 baseball12 baseball123
basketball basketball1 basketball12 basketball123 basketball23 batman1234 batman12345 beautiful1
beautiful12 beautiful123 bestfriend bestfriend1 bestfriends bestfriends1 bestfriends4ever
blablabla1 blackberry blackberry1 blahblahblah blessed123 blink182182 brandon123 bubblegum1
bubblegum123 buster1234 buttercup1 butterflies butterfly1 butterfly12 butterfly123 california
california1 california123 changeme1! changeme12 changeme123 changemenow changepassword charlie123
charlie1234 cheerleader cheerleader1 cheesecake cheesecake1 chelsea123 chelseafc1 chocolate1
chocolate12 chocolate123 christian1 christian123 christina1 christine1 christopher christopher1
colombia123 computer12 computer123 computer1234 confab1234 confab12345 confabconfab contrasena
contrasena1 contrasena123 contraseña contraseña1 contraseña123 cookie1234 cookie12345
correcthorsebatterystaple corvette123 daniel1234 daniel12345 december123 default123 diamond123
diamonds123 dontforget dragon1234 dragon12345 dragonball dragonball1 dragonball123 dragonballz
elizabeth1 elizabeth12 elizabeth123 estrella123 facebook12 facebook123 facebook1234 february123
fernando123 ferrari123 flower1234 flower12345 football10 football11 football12 football123
football1234 forever123 foreverandever foreverlove foreveryoung forgetmenot fortnite123 francesca1
freedom123 freedom1234 friendsforever friendship friendship1 gameofthrones geheim1234 getmoney123
ginger1234 godblessme godblessyou godisgood1 godisgood123 godisgreat godisgreat1 golden1234
goodmorning goodmorning1 google1234 google12345 gorgeous123 greenday123 guest12345 guest123456
gymnastics gymnastics1 hahahahaha hallo12345 happiness1 happybirthday happyhappy harley1234
harleydavidson harrypotter harrypotter1 harrypotter7 haslo12345 hello12345 hello123456
hello1234567 hellohello hellohello1 hellokitty hellokitty1 hellokitty123 helloworld helloworld1
helloworld123 hunter1234 idontknow1 idontknow123 ilovechocolate ilovegod123 iloveher123
ilovehim123 ilovejesus ilovejesus1 iloveme123 ilovemusic ilovemusic1 ilovemycat ilovemydog
ilovemyfamily ilovemylife ilovemymom ilovemymom1 ilovemyself iloveumore iloveyou!! iloveyou11
iloveyou12 iloveyou123 iloveyou1234 iloveyou12345 iloveyou13 iloveyou14 iloveyou143 iloveyou2!
iloveyou21 iloveyou22 iloveyou23 iloveyou4eva iloveyou4ever iloveyou69 iloveyou<3 iloveyouall
iloveyoualways iloveyoubabe iloveyoubaby iloveyouforever iloveyoumom iloveyoumore iloveyousomuch
iloveyousomuch1 iloveyoutoo imissyou123 india12345 india123456 indonesia1 indonesia123
inlovewithyou instagram1 instagram123 internet12 internet123 iphone1234 ironmaiden ironmaiden1
ironman123 january123 jennifer12 jennifer123 jessica123 jessica1234 jesuschrist jesuschrist1
jesusislord jesuslovesme jesussaves jordan1234 jordan2323 juventus123 killer1234 killer12345
lalalalala lasvegas123 letmein123 letmein123! letmein1234 letmein12345 letmeinnow linkedin123
linkinpark linkinpark1 liverpool1 liverpool12 liverpool123 liverpoolfc lkjhgfdsa1 login12345
login123456 loginlogin london1234 lordoftherings losangeles losangeles1 loveisblind lovelove12
lovelove123 lovelovelove loveme1234 loveyou123 lucky12345 lucky77777 lösenord123 m123456789
maggie1234 manchester manchester1 manchesterunited manutd1234 master1234 master12345 matthew123
mercedes123 mercedesbenz metallica1 metallica123 michael123 michael1234 michelle12 michelle123
mickey1234 mickeymouse microsoft1 microsoft123 minecraft1 minecraft123 mivida1234 mnbvcxzlkjhgfdsa
money12345 money123456 moneymoney moneymoney1 monkey1234 monkey12345 monkey123456 monster123
motdepasse motdepasse1 motorcycle motorcycle1 mustang123 mustang1234 mybestfriend mylovemylife
mypassword mypassword1 mypassword123 myspace123 newpassword newpassword1 newpassword123 newyork123
newyork1234 newyorkcity nicole1234 nirvana123 nopassword nothing123 november123 opensesame
opensesame1 orange1234 p@$$w0rd12 p@$$w0rd123 p@$$word123 p@ssw0rd!! p@ssw0rd1! p@ssw0rd12
p@ssw0rd123 p@ssw0rd1234 p@ssword1! p@ssword12 p@ssword123 pa$$w0rd123 pa$$word123 pa55w0rd12
pa55word123 pakistan123 pakistan786 passpass123 passport123 passw0rd01 passw0rd1! passw0rd12
passw0rd123 password!1 password#1 password#123 password.1 password00 password01 password1!
password10 password11 password12 password12! password123 password123! password1234 password1234!
password12345 password123456 password13 password2020 password2021 password2022 password2023
password2024 password2025 password2026 password21 password22 password23 password69 password77
password88 password99 password@1 password@12 password@123 password_1 passwordpassword passwort123
passwort1234 peanutbutter pepper1234 philippines philippines1 poiuytrewq pokemon123 pokemon1234
polska1234 porsche123 porsche911 precious123 princess01 princess11 princess12 princess123
princess1234 princess13 princess21 purple1234 q123456789 q1w2e3r4t5 q1w2e3r4t5y6 q1w2e3r4t5y6u7
qazwsx12345 qazwsx123456 qazwsxedc123 qazwsxedcrfv qazwsxedcrfvtgb qq12345678 qq123456789
qwe123456789 qwe123asd456 qwe123qwe123 qweasdzxc1 qweasdzxc12 qweasdzxc123 qwer1234qwer
qwerasdfzxcv qwerty1234 qwerty12345 qwerty123456 qwerty1234567 qwerty12345678 qwerty123456789
qwertyasdf qwertyqwerty qwertyuio1 qwertyuiop qwertyuiop1 qwertyuiop12 qwertyuiop123 qwertyuiop[]
qwertyuiopasdfghjkl rainbow123 rainbow1234 ranger1234 realmadrid realmadrid1 realmadrid7
rememberme rememberme1 rockandroll rocknroll1 root123456 rootpassword rootroot123 s123456789
salasana123 samsung123 samsung1234 sanfrancisco schalke041 sebastian1 sebastian123 secret1234
secret12345 secret123456 secretpassword secure1234 security12 security123 september1 september11
server1234 shadow1234 shadow12345 silver1234 singapore1 singapore123 skateboard skateboard1
skateboarding slipknot123 slipknot666 snoopy1234 snowboard1 snowboarding soccer1234 soccerball
something1 spiderman1 spiderman12 spiderman123 spongebob1 spongebob123 spring2020 spring2021
spring2022 spring2023 spring2024 spring2025 spring2025! spring2026 spring2026! startrek12
startrek123 starwars12 starwars123 starwars77 stephanie1 stephanie123 strawberry strawberry1
strawberry12 strawberry123 success123 summer2019 summer2020 summer2021 summer2022 summer2023
summer2024 summer2024! summer2025 summer2025! summer2026 summer2026! sunshine01 sunshine11
sunshine12 sunshine123 sunshine1234 superman12 superman123 superman1234 sweetheart sweetheart1
sweetie123 teamo12345 teamo123456 teamomucho teamomucho1 temp123456 temporary1 temporary123
temppassword tequieromucho test123456 test1234567 test12345678 test123test123 testing123
testing1234 testpassword testtest12 testtest123 testtesttest thepassword thisismypassword
thisispassword thomas1234 tigger1234 tinkerbell tinkerbell1 tinkerbell123 toor123456 topsecret1
topsecret123 truelove12 truelove123 trustno1234 trustnoone unicorn123 user123456 useruser123
valentina1 volleyball volleyball1 volleyball12 w123456789 wachtwoord wachtwoord1 washington
washington1 welcome123 welcome123! welcome1234 welcome1234! welcome12345 welcome2020 welcome2021
welcome2022 welcome2023 welcome2024 welcome2025 welcome2026 welcome@123 whatever12 whatever123
whatsapp123 william123 windows123 winter2019 winter2020 winter2021 winter2022 winter2023
winter2024 winter2024! winter2025 winter2025! winter2026 winter2026! yellow1234 yourpassword
z123456789 zaq12wsxcde3 zaq1xsw2cde3 zxc123456789 zxcvbnm,./ zxcvbnm123 zxcvbnm1234
zxcvbnmasdfghjkl
)";

std::unordered_set<std::string_view> words_of(std::string_view text) {
  constexpr std::string_view kGaps = " \n";
  std::unordered_set<std::string_view> words;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(kGaps), text.size()));
    if (text.empty()) return words;
    const auto word = text.substr(0, text.find_first_of(kGaps));
    words.insert(word);
    text.remove_prefix(word.size());
  }
}

}  // namespace

bool is_common_password(std::string_view folded) {
  static const auto words = words_of(kCommon);
  return words.contains(folded);
}

}  // namespace confab::accounts
