/** Units of measurement in NHANES's labels, in lower case and without powers of ten. */
const bases = new Set(
  (
    "% kg g gm gms mg mcg ug µg μg ng pg fg oz lb lbs l dl ml ul µl μl fl cm mm m km in inch inches ft cc mol mmol umol µmol μmol nmol pmol " +
    "iu miu uiu µiu u mu uu ku eu kua mg/dl cells cell copies percent bpm beats mmhg hg kpa pa sec secs second seconds s ms min mins minute " +
    "minutes hr hrs hour hours day days week weeks month months mth year years yr yrs kcal kj hz db osm mosm mosmol c f degrees ppm ppb " +
    "ppt re rae dfe at rbc hb creatinine lipid meq met mets cal watts n newton newtons daysm au ratio"
  ).split(" "),
);

/**
 * The unit at the end of a label, in parentheses: "kg" of "Weight (kg)", "kg/m**2" of "Body Mass Index (kg/m**2)", "1000 cells/uL".
 * Undefined where the parentheses hold something else ("Pregnant (recode)").
 */
export function unitOf(label: string): string | undefined {
  const inside = /\(([^()]+)\)\s*$/.exec(label)?.[1].trim();
  if (inside === undefined) return undefined;
  const words = inside
    .toLowerCase()
    .replace(/\*\*\s*-?\d+|\^-?\d+|[²³]/g, "")
    .replace(/\bmm hg\b/g, "mmhg")
    .split(/[\s/*·x]+/)
    .filter((word) => word !== "" && word !== "per" && !/^[\d.,^]+$/.test(word))
    .map((word) => word.replace(/\d+$/, ""));
  return words.length > 0 && words.every((word) => bases.has(word)) ? inside : undefined;
}
