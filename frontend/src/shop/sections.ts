// The pages of the cabinet, with their keys after G.
export const sections = [
  { id: 'today', to: '/s/$shop', key: 'H', code: 'KeyH' },
  { id: 'calls', to: '/s/$shop/calls', key: 'C', code: 'KeyC' },
  { id: 'lost', to: '/s/$shop/lost', key: 'L', code: 'KeyL' },
  { id: 'orders', to: '/s/$shop/orders', key: 'O', code: 'KeyO' },
  { id: 'buyers', to: '/s/$shop/buyers', key: 'B', code: 'KeyB' },
  { id: 'scripts', to: '/s/$shop/scripts', key: 'S', code: 'KeyS' },
  { id: 'voice', to: '/s/$shop/voice', key: 'V', code: 'KeyV' },
  { id: 'catalogue', to: '/s/$shop/catalogue', key: 'K', code: 'KeyK' },
  { id: 'outgoing', to: '/s/$shop/outgoing', key: 'U', code: 'KeyU' },
  { id: 'recordings', to: '/s/$shop/recordings', key: 'R', code: 'KeyR' },
  { id: 'site', to: '/s/$shop/site', key: 'B', code: 'KeyB' },
] as const;
