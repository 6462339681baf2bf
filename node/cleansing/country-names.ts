/**
 * Names of countries by ISO 3166-1 alpha-2 code, in 17 languages, lower-cased, without marks, blanks and signs; ISO
 * alpha-3 and short forms people write come first.
 */
export const countryNames = `
AD andorra andorre andora андорра اندورا アントラ 安道尔 안도라
AE are uae emirates unitedarabemirates vereinigtearabischeemirate emiratsarabesunis emiratosarabesunidos emiratiarabiuniti emiradosarabesunidos verenigdearabischeemiraten zjednoczoneemiratyarabskie forenadearabemiraten deforenedearabiskeemirater spojenearabskeemiraty birlesikarapemirlikleri оаэ الاماراتالعربيةالمتحدة アラフ首長国連邦 阿拉伯联合酋长国 아랍에미리트
AF afghanistan afganistan afeganistao афганистан افغانستان アフカニスタン 阿富汗 아프가니스탄
AG antiguabarbuda antiguaundbarbuda antiguaetbarbuda antiguaybarbuda antiguaebarbuda antiguaenbarbuda antiguaibarbuda antiguaochbarbuda antiguaogbarbuda antiguaabarbuda antiguavebarbuda антигуаибарбуда انتيغواوبربودا アンティクアハーフータ 安提瓜和巴布达 앤티가바부다
AI anguilla anguila ангилья انغويلا アンキラ 安圭拉 앵귈라
AL albania albanien albanie arnavutluk албания البانيا アルハニア 阿尔巴尼亚 알바니아
AM armenia armenien armenie ermenistan армения ارمينيا アルメニア 亚美尼亚 아르메니아
AO angola ангола انغولا アンコラ 安哥拉 앙골라
AQ antarctica antarktis antarctique antartida antartide antarktyda antarktida antarktika антарктида انتاركتيكا 南極 南极洲 남극대륙
AR arg argentina argentinien argentine argentinie argentyna arjantin аргентина الارجنتين アルセンチン 阿根廷 아르헨티나
AS americansamoa amerikanischsamoa samoaamericaines samoaamericana samoaamericane amerikaanssamoa samoaamerykanskie amerikanskasamoa amerikansksamoa americkasamoa amerikansamoası американскоесамоа سامواالامريكية 米領サモア 美属萨摩亚 아메리칸사모아
AT aut austria osterreich autriche oostenrijk osterrike østrig rakousko avusturya австрия النمسا オーストリア 奥地利 오스트리아
AU aus australia australien australie avustralya австралия استراليا オーストラリア 澳大利亚 오스트레일리아
AW aruba аруба اروبا アルハ 阿鲁巴 아루바
AX alandislands alandinseln ilesaland islasaland isolealand ilhasaland aland wyspyalandzkie alandy alandadaları аландскиеова جزرالاند オーラント諸島 奥兰群岛 올란드제도
AZ azerbaijan aserbaidschan azerbaidjan azerbaiyan azerbaigian azerbaijao azerbeidzjan azerbejdzan azerbajdzjan aserbajdsjan azerbajdzan azerbaycan азербаиджан اذربيجان アセルハイシャン 阿塞拜疆 아제르바이잔
BA bosniaherzegovina bosnienundherzegowina bosnieherzegovine bosniayherzegovina bosniaederzegovina bosniaeherzegovina bosnieenherzegovina bosniaihercegowina bosnienochhercegovina bosnienhercegovina bosnaahercegovina bosnahersek боснияигерцеговина البوسنةوالهرسك ホスニアヘルツェコヒナ 波斯尼亚和黑塞哥维那 보스니아헤르체고비나
BB barbados barbade барбадос بربادوس ハルハトス 巴巴多斯 바베이도스
BD bgd bangladesh bangladesch banglades bangladesz бангладеш بنغلاديش ハンクラテシュ 孟加拉国 방글라데시
BE bel belgium belgien belgique belgica belgio belgie belgia belcika бельгия بلجيكا ヘルキー 比利时 벨기에
BF burkinafaso burquinafaso буркинафасо بوركينافاسو フルキナファソ 布基纳法索 부르키나파소
BG bgr bulgaria bulgarien bulgarie bulgarije bułgaria bulharsko bulgaristan болгария بلغاريا フルカリア 保加利亚 불가리아
BH bahrain bahrein barein bahrajn bahreyn бахреин البحرين ハーレーン 巴林 바레인
BI burundi бурунди بوروندي フルンシ 布隆迪 부룬디
BJ benin бенин بنين ヘナン 贝宁 베냉
BL stbarthelemy saintbarthelemy sanbartolome saobartolomeu svatybartolomej сенбартелеми سانبارتليمي サンハルテルミー 圣巴泰勒米 생바르텔레미
BM bermuda bermudes bermudas bermudy бермудскиеова برمودا ハミュータ 百慕大 버뮤다
BN brunei bruneidarussalam brunej брунеи بروناي フルネイ 文莱 브루나이
BO bolivia bolivien bolivie boliwia bolivya боливия بوليفيا ホリヒア 玻利维亚 볼리비아
BQ caribbeannetherlands karibischeniederlande paysbascaribeens caribeneerlandes caraibiolandesi paisesbaixoscaribenhos caribischnederland niderlandykaraibskie karibiskanederlanderna detidligerenederlandskeantiller karibskenizozemsko karayiphollandası бонэирсинтэстатиусисаба هولنداالكاريبية オランタ領カリフ 荷属加勒比区 네덜란드령카리브
BR bra brazil brasilien bresil brasil brasile brazilie brazylia brezilya бразилия البرازيل フラシル 巴西 브라질
BS bahamas bahamy bahamalar багамы جزرالبهاما ハハマ 巴哈马 바하마
BT bhutan bhoutan butan butao бутан بوتان フータン 不丹 부탄
BV bouvetisland bouvetinsel ilebouvet islabouvet isolabouvet ilhabouvet bouveteiland wyspabouveta bouveton bouvetøen bouvetuvostrov bouvetadası овбуве جزيرةبوفيه フーヘ島 布韦岛 부베섬
BW botswana botsuana botsvana ботсвана بوتسوانا ホツワナ 博茨瓦纳 보츠와나
BY belarus bielorussie bielorrusia bielorussia bielorrussia białorus belorusko беларусь بيلاروس ヘラルーシ 白俄罗斯 벨라루스
BZ belize belice белиз بليز ヘリース 伯利兹 벨리즈
CA can canada kanada канада كندا カナタ 加拿大 캐나다
CC cocoskeelingislands kokosinseln ilescocos islascocos isolecocoskeeling ilhascocoskeeling cocoseilanden wyspykokosowe kokosoarna cocosøerne kokosoveostrovy cocoskeelingadaları кокосовыеова جزركوكوسكيلينغ ココスキーリンク諸島 科科斯基林群岛 코코스제도
CD congokinshasa drcongo kongokinshasa republicademocraticadelcongo demokratycznarepublikakonga kongokinsasa конгокиншаса الكونغوكينشاسا コンコ民主共和国キンシャサ 刚果金 콩고킨샤사
CF centralafricanrepublic zentralafrikanischerepublik republiquecentrafricaine republicacentroafricana repubblicacentrafricana centraalafrikaanserepubliek republikasrodkowoafrykanska centralafrikanskarepubliken dencentralafrikanskerepublik stredoafrickarepublika ortaafrikacumhuriyeti центральноафриканскаяреспублика جمهوريةافريقياالوسطى 中央アフリカ共和国 中非共和国 중앙아프리카공화국
CG congobrazzaville kongobrazzaville congo republicadocongo kongo kongobrazavil конгобраззавиль الكونغوبرازافيل コンコ共和国フラサヒル 刚果布 콩고브라자빌
CH che sui switzerland schweiz suisse suiza svizzera suica zwitserland szwajcaria svycarsko isvicre швеицария سويسرا スイス 瑞士 스위스
CI ivorycoast cotedivoire costadavorio costadomarfim ivoorkust elfenbenskusten elfenbenskysten pobrezislonoviny котдивуар ساحلالعاج コートシホワール 科特迪瓦 코트디부아르
CK cookislands cookinseln ilescook islascook isolecook ilhascook cookeilanden wyspycooka cookoarna cookøerne cookovyostrovy cookadaları овакука جزركوك クック諸島 库克群岛 쿡제도
CL chl chile chili cile sili чили تشيلي チリ 智利 칠레
CM cameroon kamerun cameroun camerun camaroes kameroen камерун الكاميرون カメルーン 喀麦隆 카메룬
CN chn prchina mainlandchina china chine cina chiny kina cin китаи الصين 中国 중국
CO col colombia kolumbien colombie kolumbia kolumbie kolombiya колумбия كولومبيا コロンヒア 哥伦比亚 콜롬비아
CR cri costarica kostaryka kostarika костарика كوستاريكا コスタリカ 哥斯达黎加 코스타리카
CU cuba kuba куба كوبا キューハ 古巴 쿠바
CV capeverde caboverde capvert capoverde kaapverdie republikazielonegoprzyladka kapverde kapverdy кабоверде الراسالاخضر カーホヘルテ 佛得角 카보베르데
CW curacao curazao кюрасао كوراساو キュラソー 库拉索 퀴라소
CX christmasisland weihnachtsinsel ilechristmas isladenavidad isolachristmas ilhachristmas christmaseiland wyspabozegonarodzenia julon juleøen vanocniostrov christmasadası оврождества جزيرةكريسماس クリスマス島 圣诞岛 크리스마스섬
CY cyprus zypern chypre chipre cipro cypr cypern kypr kıbrıs кипр قبرص キフロス 塞浦路斯 키프로스
CZ cze czechrepublic czechia tschechien tchequie chequia cechia tchequia tsjechie czechy tjeckien tjekkiet cesko cekya чехия التشيك チェコ 捷克 체코
DE deu ger brd germany deutschland allemagne alemania germania alemanha duitsland niemcy tyskland nemecko almanya германия المانيا トイツ 德国 독일
DJ djibouti dschibuti yibuti gibuti djibuti dzibuti dzibutsko cibuti джибути جيبوتي シフチ 吉布提 지부티
DK dnk denmark danemark dinamarca danimarca denemarken dania danmark dansko danimarka дания الدانمرك テンマーク 丹麦 덴마크
DM dominica dominique dominika доминика دومينيكا トミニカ国 多米尼克 도미니카
DO dominicanrepublic dominikanischerepublik republiquedominicaine republicadominicana repubblicadominicana dominicaanserepubliek dominikana dominikanskarepubliken dendominikanskerepublik dominikanskarepublika dominikcumhuriyeti доминиканскаяреспублика جمهوريةالدومينيكان トミニカ共和国 多米尼加共和国 도미니카공화국
DZ algeria algerien algerie argelia algerije algieria algeriet alzirsko cezayir алжир الجزاير アルシェリア 阿尔及利亚 알제리
EC ecu ecuador equateur equador ekwador ekvador эквадор الاكوادور エクアトル 厄瓜多尔 에콰도르
EE est estonia estland estonie estonsko estonya эстония استونيا エストニア 爱沙尼亚 에스토니아
EG egy egypt agypten egypte egipto egitto egito egipt egypten mısır египет مصر エシフト 埃及 이집트
EH westernsahara westsahara saharaoccidental saharaoccidentale saaraocidental westelijkesahara saharazachodnia vastsahara vestsahara zapadnisahara batısahra западнаясахара الصحراءالغربية 西サハラ 西撒哈拉 서사하라
ER eritrea erythree eritreia erytrea eritre эритрея اريتريا エリトリア 厄立特里亚 에리트리아
ES esp spain spanien espagne espana spagna espanha spanje hiszpania spanelsko ispanya испания اسبانيا スヘイン 西班牙 스페인
ET ethiopia athiopien ethiopie etiopia etiopien etiopie etiyopya эфиопия اثيوبيا エチオヒア 埃塞俄比亚 에티오피아
FI fin finland finnland finlande finlandia finsko finlandiya финляндия فنلندا フィンラント 芬兰 핀란드
FJ fiji fidschi fidji fiyi figi fidzi фиджи فيجي フィシー 斐济 피지
FK falklandislands falklandinseln ilesmalouines islasmalvinas isolefalkland ilhasmalvinas falklandeilanden falklandy falklandsoarna falklandsøerne falklandskeostrovy falklandadaları фолклендскиеова جزرفوكلاند フォークラント諸島 福克兰群岛 포클랜드제도
FM micronesia mikronesien micronesie mikronezja mikronesie mikronezya федеративныештатымикронезии ميكرونيزيا ミクロネシア連邦 密克罗尼西亚 미크로네시아
FO faroeislands faroer ilesferoe islasferoe isolefærøer ilhasfaroe faeroer wyspyowcze faroarna færøerne faerskeostrovy faroeadaları фарерскиеова جزرفارو フェロー諸島 法罗群岛 페로제도
FR fra france frankreich francia franca frankrijk francja frankrike frankrig francie fransa франция فرنسا フランス 法国 프랑스
GA gabon gabun gabao габон الغابون カホン 加蓬 가봉
GB uk greatbritain england scotland wales northernireland gbr unitedkingdom vereinigteskonigreich royaumeuni reinounido regnounito verenigdkoninkrijk wielkabrytania storbritannien spojenekralovstvi birlesikkrallık великобритания المملكةالمتحدة イキリス 英国 영국
GD grenada grenade granada гренада غرينادا クレナタ 格林纳达 그레나다
GE georgia georgien georgie gruzja gruzie gurcistan грузия جورجيا ショーシア 格鲁吉亚 조지아
GF frenchguiana franzosischguayana guyanefrancaise guayanafrancesa guyanafrancese guianafrancesa fransguyana gujanafrancuska franskaguyana franskguyana francouzskaguyana fransızguyanası французскаягвиана غوياناالفرنسية 仏領キアナ 法属圭亚那 프랑스령기아나
GG guernsey guernesey гернси غيرنزي カーンシー 根西岛 건지
GH ghana gana гана غانا カーナ 加纳 가나
GI gibraltar gibilterra cebelitarık гибралтар جبلطارق シフラルタル 直布罗陀 지브롤터
GL greenland gronland groenland groenlandia grenlandia grønland gronsko гренландия غرينلاند クリーンラント 格陵兰 그린란드
GM gambia gambie gambiya гамбия غامبيا カンヒア 冈比亚 감비아
GN guinea guinee guine gwinea gine гвинея غينيا キニア 几内亚 기니
GP guadeloupe guadalupe guadalupa gwadelupa гваделупа غوادلوب クアトルーフ 瓜德罗普 과들루프
GQ equatorialguinea aquatorialguinea guineeequatoriale guineaecuatorial guineaequatoriale guineequatorial equatoriaalguinea gwinearownikowa ekvatorialguinea ækvatorialguinea rovnikovaguinea ekvatorginesi экваториальнаягвинея غينياالاستوايية 赤道キニア 赤道几内亚 적도기니
GR grc greece griechenland grece grecia griekenland grecja grekland grækenland recko yunanistan греция اليونان キリシャ 希腊 그리스
GS southgeorgiasouthsandwichislands sudgeorgienunddiesudlichensandwichinseln georgiedusudetlesilessandwichdusud islasgeorgiadelsurysandwichdelsur georgiadelsudesandwichaustrali ilhasgeorgiadosulesandwichdosul zuidgeorgiaenzuidelijkesandwicheilanden georgiapołudniowaisandwichpołudniowy sydgeorgienochsydsandwichoarna southgeorgiaogdesydligesandwichøer jiznigeorgieajiznisandwichovyostrovy guneygeorgiaveguneysandwichadaları южнаягеоргияиюжныесандвичевыова جورجياالجنوبيةوجزرساندويتشالجنوبية サウスショーシアサウスサントウィッチ諸島 南乔治亚和南桑威奇群岛 사우스조지아사우스샌드위치제도
GT guatemala gwatemala гватемала غواتيمالا クアテマラ 危地马拉 과테말라
GU guam гуам غوام クアム 关岛 괌
GW guineabissau guineebissau guineabisau guinebissau gwineabissau ginebissau гвинеябисау غينيابيساو キニアヒサウ 几内亚比绍 기니비사우
GY guyana guiana gujana гаиана غيانا カイアナ 圭亚那 가이아나
HK hkg hongkong hongkongsarchina sonderverwaltungsregionhongkong raschinoisedehongkong raedehongkongchina rasdihongkong hongkongraedachina hongkongsarvanchina srahongkongchiny hongkongsar sarhongkong hongkongzaociny cinhongkongoib гонконгсар هونغكونغالصينيةمنطقةاداريةخاصة 中華人民共和国香港特別行政区 中国香港特别行政区 홍콩중국특별행정구
HM heardmcdonaldislands heardundmcdonaldinseln ilesheardetmacdonald islasheardymcdonald isoleheardemcdonald ilhasheardemcdonald heardenmcdonaldeilanden wyspyheardimcdonalda heardonochmcdonaldoarna heardislandogmcdonaldislands hearduvostrovamcdonaldovyostrovy heardadasıvemcdonaldadaları овахердимакдональд جزيرةهيردوجزرماكدونالد ハート島マクトナルト諸島 赫德岛和麦克唐纳群岛 허드맥도널드제도
HN honduras гондурас هندوراس ホンシュラス 洪都拉斯 온두라스
HR hrv croatia kroatien croatie croacia croazia kroatie chorwacja chorvatsko hırvatistan хорватия كرواتيا クロアチア 克罗地亚 크로아티아
HT haiti гаити هايتي ハイチ 海地 아이티
HU hun hungary ungarn hongrie hungria ungheria hongarije wegry ungern madarsko macaristan венгрия هنغاريا ハンカリー 匈牙利 헝가리
ID idn indonesia indonesien indonesie indonezja endonezya индонезия اندونيسيا イントネシア 印度尼西亚 인도네시아
IE irl republicofireland ireland irland irlande irlanda ierland irlandia irsko ирландия ايرلندا アイルラント 爱尔兰 아일랜드
IL isr israel israele izrael israil израиль اسراييل イスラエル 以色列 이스라엘
IM isleofman iledeman islademan isoladiman ilhademan wyspaman ostrovman manadası овмэн جزيرةمان マン島 马恩岛 맨섬
IN ind bharat india indien inde indie hindistan индия الهند イント 印度 인도
IO britishindianoceanterritory britischesterritoriumimindischenozean territoirebritanniquedeloceanindien territoriobritanicodeloceanoindico territoriobritannicodelloceanoindiano territoriobritanicodooceanoindico britsindischeoceaanterritorium brytyjskieterytoriumoceanuindyjskiego brittiskaterritorietiindiskaoceanen detbritisketerritoriumidetindiskeocean britskeindickooceanskeuzemi britanyahintokyanusutoprakları британскаятерриториявиндиискомокеане الاقليمالبريطانيفيالمحيطالهندي 英領イント洋地域 英属印度洋领地 영국령인도양지역
IQ iraq irak iraque ирак العراق イラク 伊拉克 이라크
IR iran ira иран ايران イラン 伊朗 이란
IS iceland island islande islandia islanda ijsland izlanda исландия ايسلندا アイスラント 冰岛 아이슬란드
IT ita italy italien italie italia włochy italya италия ايطاليا イタリア 意大利 이탈리아
JE jersey джерси جيرسي シャーシー 泽西岛 저지
JM jamaica jamaika jamaique giamaica jamajka ямаика جامايكا シャマイカ 牙买加 자메이카
JO jordan jordanien jordanie jordania giordania jordansko urdun иордания الاردن ヨルタン 约旦 요르단
JP jpn japan japon giappone japao japonia japonsko japonya япония اليابان 日本 일본
KE ken kenya kenia quenia kena кения كينيا ケニア 肯尼亚 케냐
KG kyrgyzstan kirgisistan kirghizstan kirguistan kirghizistan quirguistao kirgizie kirgistan kirgizistan kırgızistan киргизия قيرغيزستان キルキス 吉尔吉斯斯坦 키르기스스탄
KH cambodia kambodscha cambodge camboya cambogia camboja cambodja kambodza kambodja kambocya камбоджа كمبوديا カンホシア 柬埔寨 캄보디아
KI kiribati quiribati кирибати كيريباتي キリハス 基里巴斯 키리바시
KM comoros komoren comores comoras comore comoren komory komorerna comorerne komorlar коморы جزرالقمر コモロ 科摩罗 코모로
KN stkittsnevis stkittsundnevis saintchristopheetnieves sancristobalynieves saintkittsenevis saocristovaoenevis saintkittsennevis saintkittsinevis stkittsochnevis saintkittsognevis svatykrystofanevis saintkittsvenevis сенткитсиневис سانتكيتسونيفيس セントクリストファーネーウィス 圣基茨和尼维斯 세인트키츠네비스
KP northkorea nordkorea coreedunord coreadelnorte coreadelnord coreiadonorte noordkorea koreapołnocna severnikorea kuzeykore кндр كورياالشمالية 北朝鮮 朝鲜 북한
KR kor korea republicofkorea southkorea sudkorea coreedusud coreadelsur coreadelsud coreiadosul zuidkorea koreapołudniowa sydkorea jiznikorea guneykore республикакорея كورياالجنوبية 韓国 韩国 대한민국
KW kuwait koweit koeweit kuwejt kuvajt kuveyt кувеит الكويت クウェート 科威特 쿠웨이트
KY caymanislands kaimaninseln ilescaimans islascaiman isolecayman ilhascayman kaaimaneilanden kajmany caymanoarna caymanøerne kajmanskeostrovy caymanadaları овакаиман جزركايمان ケイマン諸島 开曼群岛 케이맨제도
KZ kazakhstan kasachstan kazajistan kazakistan cazaquistao kazachstan kazakstan kasakhstan казахстан كازاخستان カサフスタン 哈萨克斯坦 카자흐스탄
LA laos лаос لاوس ラオス 老挝 라오스
LB lebanon libanon liban libano lubnan ливан لبنان レハノン 黎巴嫩 레바논
LC stlucia saintelucie santalucia saintlucia svatalucie сентлюсия سانتلوسيا セントルシア 圣卢西亚 세인트루시아
LI liechtenstein lichtenstejnsko лихтенштеин ليختنشتاين リヒテンシュタイン 列支敦士登 리히텐슈타인
LK lka srilanka шриланка سريلانكا スリランカ 斯里兰卡 스리랑카
LR liberia liberie liberya либерия ليبيريا リヘリア 利比里亚 라이베리아
LS lesotho lesoto лесото ليسوتو レソト 莱索托 레소토
LT ltu lithuania litauen lituanie lituania litouwen litwa litva litvanya литва ليتوانيا リトアニア 立陶宛 리투아니아
LU lux luxembourg luxemburg luxemburgo lussemburgo luksemburg lucembursko люксембург لوكسمبورغ ルクセンフルク 卢森堡 룩셈부르크
LV lva latvia lettland lettonie letonia lettonia letland łotwa lotyssko letonya латвия لاتفيا ラトヒア 拉脱维亚 라트비아
LY libya libyen libye libia libie ливия ليبيا リヒア 利比亚 리비아
MA mar morocco marokko maroc marruecos marocco marrocos maroko marocko fas марокко المغرب モロッコ 摩洛哥 모로코
MC monaco monako монако موناكو モナコ 摩纳哥 모나코
MD moldova republikmoldau moldavie moldavia mołdawia moldavien moldavsko молдова مولدوفا モルトハ 摩尔多瓦 몰도바
ME montenegro czarnogora cernahora karadag черногория الجبلالاسود モンテネクロ 黑山 몬테네그로
MF stmartin saintmartin sanmartin saomartinho svatymartinfrancie сенмартен سانمارتن サンマルタン 法属圣马丁 생마르탱
MG madagascar madagaskar мадагаскар مدغشقر マタカスカル 马达加斯加 마다가스카르
MH marshallislands marshallinseln ilesmarshall islasmarshall isolemarshall ilhasmarshall marshalleilanden wyspymarshalla marshalloarna marshalløerne marshallovyostrovy marshalladaları маршалловыова جزرمارشال マーシャル諸島 马绍尔群岛 마셜제도
MK macedonia northmacedonia nordmazedonien macedoinedunord macedoniadelnorte macedoniadelnord macedoniadonorte noordmacedonie macedoniapołnocna nordmakedonien severnimakedonie kuzeymakedonya севернаямакедония مقدونياالشمالية 北マケトニア 北马其顿 북마케도니아
ML mali мали مالي マリ 马里 말리
MM burma myanmarburma myanmar myanmarbirmanie myanmarbirmania mianmarbirmania myanmarbirma mjanmabirma myanmarbarma мьянмабирма ميانماربورما ミャンマーヒルマ 缅甸 미얀마
MN mongolia mongolei mongolie mongoliet mongolsko mogolistan монголия منغوليا モンコル 蒙古 몽골
MO macau macao macaosarchina sonderverwaltungsregionmacau raschinoisedemacao raedemacaochina rasdimacao macauraedachina macausarvanchina sramakauchiny macaosar sarmacao macaozaociny cinmakaooib макаосар منطقةماكاوالاداريةالخاصة 中華人民共和国マカオ特別行政区 中国澳门特别行政区 마카오중국특별행정구
MP northernmarianaislands nordlichemarianen ilesmariannesdunord islasmarianasdelnorte isolemariannesettentrionali ilhasmarianasdonorte noordelijkemarianen marianypołnocne nordmarianerna nordmarianerne severnimariany kuzeymarianaadaları северныемарианскиеова جزرمارياناالشمالية 北マリアナ諸島 北马里亚纳群岛 북마리아나제도
MQ martinique martinica martynika martinik мартиника جزرالمارتينيك マルティニーク 马提尼克 마르티니크
MR mauritania mauretanien mauritanie mauretania moritanya мавритания موريتانيا モーリタニア 毛里塔尼亚 모리타니
MS montserrat монтсеррат مونتسرات モントセラト 蒙特塞拉特 몬트세라트
MT malta malte мальта مالطا マルタ 马耳他 몰타
MU mauritius maurice mauricio mauricius маврикии موريشيوس モーリシャス 毛里求斯 모리셔스
MV maldives malediven maldivas maldive maldiven malediwy maldiverna maldiverne maledivy maldivler мальдивы جزرالمالديف モルティフ 马尔代夫 몰디브
MW malawi malaui malavi малави ملاوي マラウイ 马拉维 말라위
MX mex mexico mexiko mexique messico meksyk meksika мексика المكسيك メキシコ 墨西哥 멕시코
MY mys malaysia malaisie malasia maleisie malezja malajsie malezya малаизия ماليزيا マレーシア 马来西亚 말레이시아
MZ mozambique mosambik mozambico mocambique mozambik мозамбик موزمبيق モサンヒーク 莫桑比克 모잠비크
NA namibia namibie namibya намибия ناميبيا ナミヒア 纳米比亚 나미비아
NC newcaledonia neukaledonien nouvellecaledonie nuevacaledonia nuovacaledonia novacaledonia nieuwcaledonie nowakaledonia nyakaledonien nykaledonien novakaledonie yenikaledonya новаякаледония كاليدونياالجديدة ニューカレトニア 新喀里多尼亚 뉴칼레도니아
NE niger nijer нигер النيجر ニシェール 尼日尔 니제르
NF norfolkisland norfolkinsel ilenorfolk islanorfolk isolanorfolk ilhanorfolk norfolk norfolkon norfolkadası овнорфолк جزيرةنورفولك ノーフォーク島 诺福克岛 노퍽섬
NG nga nigeria nigerie nijerya нигерия نيجيريا ナイシェリア 尼日利亚 나이지리아
NI nicaragua nikaragua никарагуа نيكاراغوا ニカラクア 尼加拉瓜 니카라과
NL nld holland thenetherlands netherlands niederlande paysbas paisesbajos paesibassi paisesbaixos nederland holandia nederlanderna nederlandene nizozemsko hollanda нидерланды هولندا オランタ 荷兰 네덜란드
NO nor norway norwegen norvege noruega norvegia noorwegen norwegia norge norsko norvec норвегия النرويج ノルウェー 挪威 노르웨이
NP nepal непал نيبال ネハール 尼泊尔 네팔
NR nauru науру ناورو ナウル 瑙鲁 나우루
NU niue ниуэ نيوي ニウエ 纽埃 니우에
NZ nzl newzealand neuseeland nouvellezelande nuevazelanda nuovazelanda novazelandia nieuwzeeland nowazelandia nyazeeland novyzeland yenizelanda новаязеландия نيوزيلندا ニューシーラント 新西兰 뉴질랜드
OM oman oma umman оман عمان オマーン 阿曼 오만
PA pan panama панама بنما ハナマ 巴拿马 파나마
PE per peru perou перу بيرو ヘルー 秘鲁 페루
PF frenchpolynesia franzosischpolynesien polynesiefrancaise polinesiafrancesa polinesiafrancese franspolynesie polinezjafrancuska franskapolynesien franskpolynesien francouzskapolynesie fransızpolinezyası французскаяполинезия بولينيزياالفرنسية 仏領ホリネシア 法属波利尼西亚 프랑스령폴리네시아
PG papuanewguinea papuaneuguinea papouasienouvelleguinee papuanuevaguinea papuanuovaguinea papuanovaguine papoeanieuwguinea papuanowagwinea papuanyaguinea papuanyguinea papuanovaguinea papuayenigine папуановаягвинея بابواغينياالجديدة ハフアニューキニア 巴布亚新几内亚 파푸아뉴기니
PH phl philippines philippinen filipinas filippine filipijnen filipiny filippinerna filippinerne filipinler филиппины الفلبين フィリヒン 菲律宾 필리핀
PK pak pakistan paquistao пакистан باكستان ハキスタン 巴基斯坦 파키스탄
PL pol poland polen pologne polonia polska polsko polonya польша بولندا ホーラント 波兰 폴란드
PM stpierremiquelon stpierreundmiquelon saintpierreetmiquelon sanpedroymiquelon saintpierreemiquelon saopedroemiquelao saintpierreenmiquelon saintpierreimiquelon stpierreochmiquelon saintpierreogmiquelon saintpierreamiquelon saintpierrevemiquelon сенпьеримикелон سانبييرومكويلون サンヒエール島ミクロン島 圣皮埃尔和密克隆群岛 생피에르미클롱
PN pitcairnislands pitcairninseln ilespitcairn islaspitcairn isolepitcairn ilhaspitcairn pitcairneilanden pitcairn pitcairnoarna pitcairnovyostrovy pitcairnadaları овапиткэрн جزربيتكيرن ヒトケアン諸島 皮特凯恩群岛 핏케언제도
PR puertorico portorico portoryko portoriko пуэрторико بورتوريكو フエルトリコ 波多黎各 푸에르토리코
PS palestine palestinianterritories palastinensischeautonomiegebiete territoirespalestiniens territoriospalestinos territoripalestinesi palestijnsegebieden terytoriapalestynskie palestinskaterritorierna depalæstinensiskeomrader palestinskauzemi filistinbolgeleri палестинскиетерритории الاراضيالفلسطينية ハレスチナ自治区 巴勒斯坦领土 팔레스타인지구
PT prt portugal portogallo portugalia portugalsko portekiz португалия البرتغال ホルトカル 葡萄牙 포르투갈
PW palau palaos палау بالاو ハラオ 帕劳 팔라우
PY paraguay paraguai paragwaj парагваи باراغواي ハラクアイ 巴拉圭 파라과이
QA qatar katar catar катар قطر カタール 卡塔尔 카타르
RE reunion lareunion riunione reuniao реюньон روينيون レユニオン 留尼汪 레위니옹
RO rou romania rumanien roumanie rumania romenia roemenie rumunia rumænien rumunsko romanya румыния رومانيا ルーマニア 罗马尼亚 루마니아
RS serbia serbien serbie servia servie srbsko sırbistan сербия صربيا セルヒア 塞尔维亚 세르비아
RU rus russianfederation russia russland russie rusia rusland rosja ryssland rusko rusya россия روسيا ロシア 俄罗斯 러시아
RW rwanda ruanda руанда رواندا ルワンタ 卢旺达 르완다
SA sau ksa saudiarabia saudiarabien arabiesaoudite arabiasaudi arabiasaudita saoediarabie arabiasaudyjska saudskaarabie suudiarabistan саудовскаяаравия المملكةالعربيةالسعودية サウシアラヒア 沙特阿拉伯 사우디아라비아
SB solomonislands salomonen ilessalomon islassalomon isolesalomone ilhassalomao salomonseilanden wyspysalomona salomonoarna salomonøerne salamounovyostrovy solomonadaları соломоновыова جزرسليمان ソロモン諸島 所罗门群岛 솔로몬제도
SC seychelles seychellen seicheles seszele seychellerna seychellerne seychely seyseller сеишельскиеова سيشل セーシェル 塞舌尔 세이셸
SD sudan soudan sudao soedan судан السودان スータン 苏丹 수단
SE swe sweden schweden suede suecia svezia zweden szwecja sverige svedsko isvec швеция السويد スウェーテン 瑞典 스웨덴
SG sgp singapore singapur singapour singapura сингапур سنغافورة シンカホール 新加坡 싱가포르
SH sthelena saintehelene santaelena santelena santahelena sinthelena wyspaswietejheleny svatahelena sainthelena овсвелены سانتهيلينا セントヘレナ 圣赫勒拿 세인트헬레나
SI svn slovenia slowenien slovenie eslovenia słowenia slovenien slovinsko slovenya словения سلوفينيا スロヘニア 斯洛文尼亚 슬로베니아
SJ svalbardjanmayen spitzbergenundjanmayen svalbardetjanmayen svalbardyjanmayen svalbardejanmayen spitsbergenenjanmayen svalbardijanmayen svalbardochjanmayen svalbardogjanmayen spicberkyajanmayen svalbardvejanmayen шпицбергениянмаиен سفالباردوجانماين スハールハル諸島ヤンマイエン島 斯瓦尔巴和扬马延 스발바르제도얀마웬섬
SK svk slovakia slowakei slovaquie eslovaquia slovacchia slowakije słowacja slovakien slovakiet slovensko slovakya словакия سلوفاكيا スロハキア 斯洛伐克 슬로바키아
SL sierraleone sierraleona serraleoa сьерралеоне سيراليون シエラレオネ 塞拉利昂 시에라리온
SM sanmarino saintmarin санмарино سانمارينو サンマリノ 圣马力诺 산마리노
SN senegal сенегал السنغال セネカル 塞内加尔 세네갈
SO somalia somalie somalsko somali сомали الصومال ソマリア 索马里 소말리아
SR suriname surinam суринам سورينام スリナム 苏里南 수리남
SS southsudan sudsudan soudandusud sudandelsur sudaodosul zuidsoedan sudanpołudniowy sydsudan jiznisudan guneysudan южныисудан جنوبالسودان 南スータン 南苏丹 남수단
ST saotomeprincipe saotomeundprincipe saotomeetprincipe santotomeyprincipe saotomeeprincipe saotomeenprincipe wyspyswietegotomaszaiksiazeca saotomeochprincipe saotomeogprincipe svatytomasaprincuvostrov saotomeveprincipe сантомеипринсипи ساوتوميوبرينسيبي サントメフリンシヘ 圣多美和普林西比 상투메프린시페
SV elsalvador salvador salwador сальвадор السلفادور エルサルハトル 萨尔瓦多 엘살바도르
SX sintmaarten saintmartinpartieneerlandaise svatymartinnizozemsko синтмартен سانتمارتن シントマールテン 荷属圣马丁 신트마르턴
SY syria syrien syrie siria suriye сирия سوريا シリア 叙利亚 시리아
SZ swaziland eswatini esuatini essuatini esvatini эсватини اسواتيني エスワティニ 斯威士兰 에스와티니
TC turkscaicosislands turksundcaicosinseln ilesturquesetcaiques islasturcasycaicos isoleturksecaicos ilhasturcasecaicos turksencaicoseilanden turksicaicos turksochcaicosoarna turksogcaicosøerne turksacaicos turksvecaicosadaları терксикаикос جزرتوركسوكايكوس タークスカイコス諸島 特克斯和凯科斯群岛 터크스케이커스제도
TD chad tschad tchad ciad chade tsjaad czad cad чад تشاد チャト 乍得 차드
TF frenchsouthernterritories franzosischesudundantarktisgebiete terresaustralesfrancaises territoriosaustralesfranceses terreaustralifrancesi territoriosfrancesesdosul fransegebiedenindezuidelijkeindischeoceaan francuskieterytoriapołudnioweiantarktyczne franskasydterritorierna defranskebesiddelseridetsydligeindiskeoceanogantarktis francouzskajizniuzemi fransızguneytoprakları французскиеюжныетерритории الاقاليمالجنوبيةالفرنسية 仏領極南諸島 法属南部领地 프랑스령남방지역
TG togo того توغو トーコ 多哥 토고
TH tha thailand thailande tailandia thailandia tajlandia thajsko tayland таиланд تايلاند タイ 泰国 태국
TJ tajikistan tadschikistan tadjikistan tayikistan tagikistan tadjiquistao tadzjikistan tadzykistan tadsjikistan tadzikistan tacikistan таджикистан طاجيكستان タシキスタン 塔吉克斯坦 타지키스탄
TK tokelau tokelauoarna токелау توكيلاو トケラウ 托克劳 토켈라우
TL easttimor timorleste timororiental timorest oosttimor timorwschodni osttimor vychodnitimor восточныитимор تيمورليشتي 東ティモール 东帝汶 동티모르
TM turkmenistan turcomenistao туркменистан تركمانستان トルクメニスタン 土库曼斯坦 투르크메니스탄
TN tunisia tunesien tunisie tunez tunesie tunezja tunisien tunisko tunus тунис تونس チュニシア 突尼斯 튀니지
TO tonga тонга تونغا トンカ 汤加 통가
TR tur turkey turkiye turkei turquie turquia turchia turkije turcja turkiet tyrkiet turecko турция تركيا トルコ 土耳其 튀르키예
TT trinidadtobago trinidadundtobago triniteettobago trinidadytobago trinidadetobago trinidadentobago trynidaditobago trinidadochtobago trinidadogtobago trinidadatobago trinidadvetobago тринидадитобаго ترينيدادوتوباغو トリニタートトハコ 特立尼达和多巴哥 트리니다드토바고
TV tuvalu тувалу توفالو ツハル 图瓦卢 투발루
TW taiwan tajwan tchajwan tayvan таивань تايوان 台湾 대만
TZ tanzania tansania tanzanie tanzanya танзания تنزانيا タンサニア 坦桑尼亚 탄자니아
UA ukr ukraine ucrania ucraina oekraine ukraina ukrajina ukrayna украина اوكرانيا ウクライナ 乌克兰 우크라이나
UG uganda ouganda oeganda уганда اوغندا ウカンタ 乌干达 우간다
UM usoutlyingislands amerikanischeuberseeinseln ilesmineureseloigneesdesetatsunis islasmenoresalejadasdeeeuu isoleminoriesternedeglistatiuniti ilhasmenoresdistantesdoseua kleineafgelegeneilandenvandeverenigdestaten dalekiewyspymniejszestanowzjednoczonych usasyttreoar amerikanskeoversøiskeøer mensiodlehleostrovyusa abdkucukhariciadaları внешниемалыеовасша جزرالولاياتالمتحدةالنايية 合衆国領有小離島 美国本土外小岛屿 미국령해외제도
US usa unitedstatesofamerica america etatsunis eeuu estadosunidos unitedstates vereinigtestaaten statiuniti verenigdestaten stanyzjednoczone spojenestaty amerikabirlesikdevletleri соединенныештаты الولاياتالمتحدة アメリカ合衆国 美国 미국
UY uruguay uruguai urugwaj уругваи اورغواي ウルクアイ 乌拉圭 우루과이
UZ uzbekistan usbekistan ouzbekistan uzbequistao oezbekistan ozbekistan узбекистан اوزبكستان ウスヘキスタン 乌兹别克斯坦 우즈베키스탄
VA vaticancity vatikanstadt etatdelaciteduvatican ciudaddelvaticano cittadelvaticano cidadedovaticano vaticaanstad watykan vatikanstaten vatikan ватикан الفاتيكان ハチカン市国 梵蒂冈 바티칸시국
VC stvincentgrenadines stvincentunddiegrenadinen saintvincentetlesgrenadines sanvicenteylasgranadinas saintvincentegrenadine saovicenteegranadinas saintvincentendegrenadines saintvincentigrenadyny stvincentochgrenadinerna saintvincentoggrenadinerne svatyvincencagrenadiny saintvincentvegrenadinler сентвинсентигренадины سانتفنسنتوجزرغرينادين セントヒンセント及ひクレナティーン諸島 圣文森特和格林纳丁斯 세인트빈센트그레나딘
VE ven venezuela wenezuela венесуэла فنزويلا ヘネスエラ 委内瑞拉 베네수엘라
VG britishvirginislands britischejungferninseln ilesviergesbritanniques islasvirgenesbritanicas isoleverginibritanniche ilhasvirgensbritanicas britsemaagdeneilanden brytyjskiewyspydziewicze brittiskajungfruoarna debritiskejomfruøer britskepanenskeostrovy britanyavirjinadaları виргинскиеовавеликобритания جزرفيرجنالبريطانية 英領ウァーシン諸島 英属维尔京群岛 영국령버진아일랜드
VI usvirginislands amerikanischejungferninseln ilesviergesdesetatsunis islasvirgenesdeeeuu isoleverginiamericane ilhasvirgensamericanas amerikaansemaagdeneilanden wyspydziewiczestanowzjednoczonych amerikanskajungfruoarna deamerikanskejomfruøer americkepanenskeostrovy abdvirjinadaları виргинскиеовасша جزرفيرجنالامريكية 米領ウァーシン諸島 美属维尔京群岛 미국령버진아일랜드
VN vietnam vietna wietnam вьетнам فيتنام ヘトナム 越南 베트남
VU vanuatu вануату فانواتو ハヌアツ 瓦努阿图 바누아투
WF wallisfutuna wallisundfutuna wallisetfutuna wallisyfutuna wallisefutuna wallisenfutuna wallisifutuna wallisochfutunaoarna wallisogfutuna wallisafutuna wallisvefutuna уоллисифутуна جزروالسوفوتونا ウォリスフツナ 瓦利斯和富图纳 왈리스푸투나제도
WS samoa самоа ساموا サモア 萨摩亚 사모아
YE yemen jemen iemen иемен اليمن イエメン 也门 예멘
YT mayotte majotta маиотта مايوت マヨット 马约特 마요트
ZA zaf rsa southafrica sudafrika afriquedusud sudafrica africadosul zuidafrika republikapołudniowejafryki sydafrika jihoafrickarepublika guneyafrika южноафриканскаяреспублика جنوبافريقيا 南アフリカ 南非 남아프리카
ZM zambia sambia zambie zambiya замбия زامبيا サンヒア 赞比亚 잠비아
ZW zimbabwe simbabwe zimbabue zimbabve зимбабве زيمبابوي シンハフエ 津巴布韦 짐바브웨
`;
