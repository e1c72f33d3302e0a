import type { JSX } from "preact";

const paths = {
  pin: "M9.5 2.5h5l-.6 6 3.1 3v1.5H7V11.5l3.1-3zM12 13v8",
  close: "M6 6l12 12M18 6L6 18",
  plus: "M12 5v14M5 12h14",
  search: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5L20 20",
  warn: "M12 4l9 16H3zM12 10v4M12 17v.5",
  dice: "M5 5h14v14H5zM9 9v.1M15 15v.1M12 12v.1M15 9v.1M9 15v.1",
  left: "M14 6l-6 6 6 6",
  right: "M10 6l6 6-6 6",
  file: "M7 3h7l4 4v14H7zM14 3v4h4M12 17v-6M9.5 13.5L12 11l2.5 2.5",
  chip: "M7 7h10v10H7zM10 3v4M14 3v4M10 17v4M14 17v4M3 10h4M3 14h4M17 10h4M17 14h4",
} as const;

export function Icon({ name }: { readonly name: keyof typeof paths }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
