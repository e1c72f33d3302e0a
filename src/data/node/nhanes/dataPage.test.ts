import { expect, test } from "vitest";
import { dataFolder, dataPage } from "../../../../test/support/nhanes.js";
import { parseDataPage } from "./dataPage.js";

const row = (name: string, title: string) => ({ name, title, folder: dataFolder });

test("files with their titles, links and sizes; what can't be downloaded is passed over", () => {
  const html = dataPage([
    row("BMX_J", "Body Measures"),
    { ...row("HSV_J", "Herpes Simplex Virus"), unavailable: "RDC Only" },
    { ...row("PAHS_H", "PAHs"), unavailable: "Withdrawn" },
    { ...row("VITB12_J", "Vitamin B12 & more"), size: "812 KB" },
    row("BMX_J", "Body Measures again"),
  ]);
  expect(parseDataPage(html)).toEqual([
    { name: "BMX_J", title: "Body Measures", data: `${dataFolder}/BMX_J.xpt`, codebook: `${dataFolder}/BMX_J.htm`, bytes: 3.4 * 2 ** 20 },
    { name: "VITB12_J", title: "Vitamin B12 & more", data: `${dataFolder}/VITB12_J.xpt`, codebook: `${dataFolder}/VITB12_J.htm`, bytes: 812 * 1024 },
  ]);
});

test("the page of all cycles, which has a column of years, and links in upper case", () => {
  const html = `<table id="GridView1"><tr><th>Years</th><th>Data File Name</th></tr><tr><td>1999-2000</td><td>Cholesterol</td>
    <td><a target='_blank' href='/Nchs/Nhanes/1999-2000/LAB13.htm#top'>Lab13 Doc</a></td><td><a href=/Nchs/Nhanes/1999-2000/Lab13.XPT>Lab13 Data</a></td></tr></table>`;
  expect(parseDataPage(html)).toEqual([{ name: "LAB13", title: "Cholesterol", data: "/Nchs/Nhanes/1999-2000/Lab13.XPT", codebook: "/Nchs/Nhanes/1999-2000/LAB13.htm" }]);
});

test("a page without files", () => expect(parseDataPage("<html><body>Service unavailable</body></html>")).toEqual([]));
