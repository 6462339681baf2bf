export * from './store/forms.ts';
export * from './store/lists.ts';
export * from './store/tray.ts';
