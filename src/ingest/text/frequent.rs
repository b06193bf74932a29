//! The characters that Chinese texts, and reports of this kind above all, are mostly made of, in both scripts. In the
//! right encoding every second character of a text is one of them; in a wrong one hardly any.

/// Frequent in simplified texts (common words of the language, then words of budgets and performance).
const SIMPLIFIED: &str = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经\
十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线\
内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头\
基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶油\
思术极交受联认六共权收证改清己美再采转更单风切打白教速花带安场身车例真务具万每目至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今集温传土许步群\
广石记需段研界拉林律叫且究观越织装影算低持音众书布复容儿须际商非验连断深难近矿千周委素技备半办青省列习响约支般史感劳便团往酸历市克何除消构府称太准精值号率\
绩效评标项额预算执完满偏差措施补助医疗障参城乡居险城镇拨贫困扶县局厅附单填险责审核监督培训覆盖网络";

/// The traditional forms of those that differ.
const TRADITIONAL: &str = "這為個國時來們於對會發動過說產種後學經進著電裡現實兩體機當點從業應開還義樣與關線內數麼質氣變條沒結問無軍題黨員總設\
長頭資邊級圖統見計別論運農幾區強決戰則據處隊給門規熱領東導壓爭濟階術極聯認權證採轉單風帶場車務萬達積議聲報鬥類離華確張馬節話況傳許廣記織裝眾書復兒須際驗連斷\
難礦備辦習響約勞團歷構稱準號績評標項額預執滿補醫療參鄉險鎮撥貧縣廳責審監訓覆蓋網絡畫錄優億圓價費額屬億";

/// Whether a character is one of the frequent ones.
pub(super) struct Frequent(Vec<char>);

impl Frequent {
    pub(super) fn new() -> Self {
        let mut all: Vec<char> = SIMPLIFIED.chars().chain(TRADITIONAL.chars()).filter(|c| *c > '\u{2E80}').collect();
        all.sort_unstable();
        all.dedup();
        Frequent(all)
    }

    pub(super) fn contains(&self, c: char) -> bool {
        self.0.binary_search(&c).is_ok()
    }
}
