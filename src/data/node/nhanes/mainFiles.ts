/** The groups into which the CDC sorts the files of a cycle, as its pages name them but in lower case. */
export const components = ["demographics", "dietary", "examination", "laboratory", "questionnaire"] as const;
export type Component = (typeof components)[number];

/**
 * Main files of each component, and the letters of the cycles that have them: A for 1999-2000, then the suffixes B to J,
 * P for 2017-2020 and L for 2021-2023. Files with several rows for a person are not among them.
 */
export const mainFiles: Readonly<Record<Component, Readonly<Record<string, string>>>> = {
  demographics: {
    DEMO: "ABCDEFGHIJPL",
  },
  dietary: {
    DRXTOT: "AB", DR1TOT: "CDEFGHIJPL", DR2TOT: "CDEFGHIJPL", DSQ1: "BCD", DSQTOT: "EFGHIJP", DSQFILE1: "A",
  },
  examination: {
    BMX: "ABCDEFGHIJPL", BPX: "ABCDEFGHIJ", BPXO: "JPL", BIX: "ABC", CVX: "ABC", DXXFEM: "DEFHJP", DXXSPN: "DEFHJP",
    LEXABPI: "A", LEXAB: "BC", LUX: "JPL", MGX: "GH", OHXREF: "ABCFGHIJP", SPX: "EFG", VIX: "ABCDE", AUX: "BCDEFGIJP",
    AUX1: "A", BAX: "ABCL",
  },
  laboratory: {
    LAB06: "A", LAB10: "A", LAB10AM: "A", LAB11: "A", LAB13: "A", LAB13AM: "A", LAB16: "A", LAB18: "A", LAB25: "A",
    L06: "B", L06COT: "C", L06BMT: "C", L06NB: "C", L06TFR: "C", L06VIT: "BC", L06VID: "BC", L10: "BC", L10AM: "BC",
    L11: "BC", L13: "BC", L13AM: "BC", L16: "BC", L25: "BC", L40: "BC", L40FE: "BC", ALB_CR: "DEFGHIJPL",
    BIOPRO: "DEFGHIJPL", CBC: "DEFGHIJPL", CRP: "DEF", HSCRP: "IJPL", GHB: "DEFGHIJPL", GLU: "DEFGHIJPL", INS: "HIJPL",
    HDL: "DEFGHIJPL", TCHOL: "DEFGHIJPL", TRIGLY: "DEFGHIJPL", COT: "DHIJP", COTNAL: "EFG", FASTQX: "DEFGHIJPL",
    FERTIN: "DEFIJPL", FETIB: "DJP", FOLATE: "DEFGHIJPL", FOLFMS: "EGHIJPL", PBCD: "DEFGHIJPL", VID: "BCDEFGHIJL",
    B12: "D", VITB12: "GH", OGTT: "DEFGHI", APOB: "EFGHI", UIO: "DEFGHIJP", THYROD: "EFG", TFR: "DEFIJPL", HCY: "D",
  },
  questionnaire: {
    ACQ: "ABCDEFGHIJPL", ALQ: "ABCDEFGHIJPL", AUQ: "ABCDEFGIJPL", BPQ: "ABCDEFGHIJPL", CDQ: "ABCDEFGHIJP", CFQ: "ABGH",
    DBQ: "ABCDEFGHIJPL", DIQ: "ABCDEFGHIJPL", DLQ: "HIJ", DPQ: "DEFGHIJPL", DUQ: "ABCDEFGHIJ", ECQ: "ABCDEFGHIJPL",
    FSQ: "ABCDEFGHIJPL", HEQ: "HIJPL", HIQ: "ABCDEFGHIJPL", HOQ: "ABCDEFGHIJL", HSQ: "ABCDEFGHIJP", HUQ: "ABCDEFGHIJPL",
    IMQ: "ABCDEFGHIJPL", INQ: "EFGHIJPL", KIQ: "A", KIQ_U: "BCDEFGHIJPL", MCQ: "ABCDEFGHIJPL", OCQ: "ABCDEFGHIJPL",
    OHQ: "ABCDEFGHIJPL", OSQ: "ABCDEFHJP", PAQ: "ABCDEFGHIJPL", PFQ: "ABCDEFGHIJ", RDQ: "ABCDEFG", RHQ: "ABCDEFGHIJPL",
    SLQ: "DEFGHIJPL", SMQ: "ABCDEFGHIJPL", SMQFAM: "ABCDEFGHIJPL", SXQ: "ABCDEFGHI", VIQ: "ABCDE", WHQ: "ABCDEFGHIJPL",
    WHQMEC: "DEFGHIJP",
  },
};
