const paths = {
  lock: 'M7 11V8a5 5 0 0 1 10 0v3M5.5 11h13v9h-13zM12 14.5v2.5',
  unlock: 'M7 11V8a5 5 0 0 1 9.6-2M5.5 11h13v9h-13zM12 14.5v2.5',
  inbox: 'M4 13l2.5-8h11L20 13v6H4zM4 13h4.5l1.5 2.5h4l1.5-2.5H20',
  team: 'M9 11a3.2 3.2 0 1 0 0-6.4A3.2 3.2 0 0 0 9 11zM3 19.5c0-3.4 2.6-5.5 6-5.5s6 2.1 6 5.5M15.5 5a3 3 0 0 1 0 5.8M17.5 14.4c2.2.8 3.5 2.6 3.5 5.1',
  leads: 'M8.5 6H20M8.5 12H20M8.5 18H20M4 6h.5M4 12h.5M4 18h.5',
  add: 'M12 5v14M5 12h14',
  tray: 'M12 4v9M12 13l-3.5-3.5M12 13l3.5-3.5M4 14v5.5h16V14',
  rules: 'M6 4v5a3 3 0 0 0 3 3h9M6 20v-5M15 9l3 3-3 3',
  partners: 'M8.5 15.5l7-7M6.5 20a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM17.5 9a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z',
  user: 'M12 11.5a3.7 3.7 0 1 0 0-7.4 3.7 3.7 0 0 0 0 7.4zM4.5 20c0-3.8 3.2-6 7.5-6s7.5 2.2 7.5 6',
  clock: 'M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17zM12 7.5V12l3 2',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  cross: 'M6.5 6.5l11 11M17.5 6.5l-11 11',
  question: 'M9.3 9.6a2.8 2.8 0 1 1 4 2.5c-.9.4-1.3 1-1.3 2M12 17v.1M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17z',
  back: 'M14.5 5.5L8 12l6.5 6.5',
} as const;
export type IconName = keyof typeof paths;

/** A line drawing beside a word that says the same; silent for screen readers. */
export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
