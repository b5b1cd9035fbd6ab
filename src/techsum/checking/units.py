"""Units of measure and counters in Korean text, and what each is worth in its dimension's base unit."""

import re
from fractions import Fraction

# dimension: surface forms with a factor. SI prefixes are spelled out in Korean, so both forms stand here.
_TABLE = """
m        m=1 미터=1 km=1000 ㎞=1000 킬로미터=1000 cm=1/100 ㎝=1/100 센티미터=1/100 센티=1/100 mm=1/1000 ㎜=1/1000 밀리미터=1/1000
m        μm=1/1000000 µm=1/1000000 ㎛=1/1000000 um=1/1000000 마이크로미터=1/1000000 마이크론=1/1000000 nm=1/1000000000 ㎚=1/1000000000 나노미터=1/1000000000
g        g=1 그램=1 kg=1000 ㎏=1000 킬로그램=1000 mg=1/1000 ㎎=1/1000 밀리그램=1/1000 μg=1/1000000 µg=1/1000000 마이크로그램=1/1000000 t=1000000 톤=1000000
s        초=1 s=1 ms=1/1000 밀리초=1/1000 μs=1/1000000 µs=1/1000000 마이크로초=1/1000000 ns=1/1000000000 나노초=1/1000000000 분=60 시간=3600
℃        ℃=1 °C=1 ºC=1 도=1
℉        ℉=1 °F=1
°        °=1
K        K=1 켈빈=1
Wh       Wh=1 와트시=1 kWh=1000 ㎾h=1000 킬로와트시=1000 MWh=1000000 메가와트시=1000000 GWh=1000000000 기가와트시=1000000000 TWh=1000000000000 테라와트시=1000000000000
W        W=1 와트=1 mW=1/1000 밀리와트=1/1000 kW=1000 ㎾=1000 킬로와트=1000 MW=1000000 메가와트=1000000 GW=1000000000 기가와트=1000000000
J        J=1 줄=1 kJ=1000 킬로줄=1000 MJ=1000000 메가줄=1000000
V        V=1 볼트=1 mV=1/1000 밀리볼트=1/1000 kV=1000 킬로볼트=1000
A        A=1 암페어=1 mA=1/1000 밀리암페어=1/1000
eV       eV=1 전자볼트=1 keV=1000 MeV=1000000 GeV=1000000000 TeV=1000000000000
Hz       Hz=1 헤르츠=1 kHz=1000 킬로헤르츠=1000 MHz=1000000 메가헤르츠=1000000 GHz=1000000000 기가헤르츠=1000000000 THz=1000000000000 테라헤르츠=1000000000000
B        B=1 바이트=1 KB=1000 kB=1000 킬로바이트=1000 MB=1000000 메가바이트=1000000 GB=1000000000 기가바이트=1000000000 TB=1000000000000 테라바이트=1000000000000 PB=1000000000000000 페타바이트=1000000000000000
bit      bit=1 비트=1
bps      bps=1 kbps=1000 Mbps=1000000 Gbps=1000000000
m²       m²=1 ㎡=1 m2=1 제곱미터=1 평방미터=1 km²=1000000 ㎢=1000000 km2=1000000 제곱킬로미터=1000000 평방킬로미터=1000000 cm²=1/10000 ㎠=1/10000 제곱센티미터=1/10000 ha=10000 헥타르=10000
m³       m³=1 ㎥=1 m3=1 세제곱미터=1 입방미터=1 cm³=1/1000000 ㎤=1/1000000 세제곱센티미터=1/1000000 L=1/1000 l=1/1000 ℓ=1/1000 리터=1/1000 mL=1/1000000 ml=1/1000000 ㎖=1/1000000 밀리리터=1/1000000
Pa       Pa=1 파스칼=1 hPa=100 헥토파스칼=100 kPa=1000 킬로파스칼=1000 MPa=1000000 메가파스칼=1000000 GPa=1000000000 기가파스칼=1000000000
기압      기압=1
m/s      m/s=1 ㎧=1 km/s=1000 km/h=5/18 ㎞/h=5/18 kph=5/18
Ω        Ω=1 옴=1 kΩ=1000
dB       dB=1 데시벨=1
%        %=1 ％=1 퍼센트=1 프로=1
%p       %p=1 %P=1 %포인트=1 퍼센트포인트=1 ％p=1
ppm      ppm=1
ppb      ppb=1
pH       pH=1
원        원=1 ₩=1
달러      달러=1 $=1 불=1
유로      유로=1 €=1
엔        엔=1 ¥=1
위안      위안=1
파운드    파운드=1 £=1
명        명=1 인=1 사람=1 분들=1
개        개=1
번        번=1 회=1 차례=1
번째      번째=1 째=1
개월      개월=1 달=1
개국      개국=1
년        년=1 해=1 연=1
년대      년대=1
세기      세기=1
광년      광년=1
월        월=1
일        일=1
주        주=1
시        시=1
세        세=1 살=1
시간당    시간당=1
배        배=1
"""
_ALONE = (
    "가구 가지 건 곡 곳 공기 권 그루 급 기 기가 나노 단 단계 대 대째 도막 동 등 등급 라인 량 마리 마일 매 명분 모 문단 문장 문항 박 "
    "발 방울 배럴 병 부 부문 분기 분야 블록 사단 석 세대 세트 송이 쌍 열 원자 위 인분 인치 잔 장 점 접시 조각 종 종류 주년 주일 줄기 "
    "지점 쪽 차 차원 차선 척 채 초점 칸 칼로리 kcal 컵 코어 큐비트 토막 토큰 통 파섹 판 팔 페이지 편 평 포기 포인트 폭 표 품목 프레임 fps "
    "피트 픽셀 필지 학기 학년 행 헤드 호 호기 화소 회차 회전 rpm 획"
)


def _table() -> dict[str, tuple[str, Fraction]]:
    units = {name: (name, Fraction(1)) for name in _ALONE.split()}
    for line in _TABLE.strip().splitlines():
        dimension, *forms = line.split()
        units |= {f: (dimension, Fraction(n)) for f, n in (form.rsplit("=", 1) for form in forms)}
    return units


UNITS = _table()
"""Surface form -> (dimension, factor to the dimension's base unit)."""

BEFORE = {"$": "달러", "₩": "원", "€": "유로", "¥": "엔", "£": "파운드"}
"""Signs that stand before their number."""

SPEED = {"시속": Fraction(1, 3600), "초속": Fraction(1), "분속": Fraction(1, 60)}
"""Words before a length that make it a speed, and how much of the length is covered in a second."""

_PARTICLE = (
    r"다|은|는|이|가|을|를|의|에|로|으로|와|과|도|만|간|째|씩|당|짜리|이상|이하|까지|부터|에서|이다|인|였|이었|이며|이고|이나|이라|"
    r"라|나|정도|가량|여|남짓|동안|전|후|쯤|내외|미만|초과|사이|중|보다|마다|처럼|밖에|뿐|치|대|밤|낮|말|초|생|산|형|급|물|분의|씨|가까|"
    r"이던|이지|일|인데|였던|였다|입|예|이에요|이면|면|에는|에도|에게|께|하|됐|되|안|꼴|만큼|기준|현재|새|내|간의|차|뒤|앞|자|어치|분"
)
PARTICLE = re.compile(_PARTICLE)
"""What may follow a unit, or a number without one."""
FORM = re.compile(
    "(?:" + "|".join(re.escape(u) for u in sorted(UNITS, key=len, reverse=True)) + ")"
    # what follows must let the unit end: 3대륙 has no counter 대, 5Gbps no unit G
    rf"(?:(?<=[가-힣])(?=$|[^가-힣]|{_PARTICLE})|(?<=[a-zA-Z0-9])(?![a-zA-Z0-9])|(?<![가-힣a-zA-Z0-9]))"
)
"""A unit where it may end."""
