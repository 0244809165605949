import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { sessionQuery } from '../api/session';
import { readQuality } from '../floor/quality';
import { readBuyers } from '../shop/buyers';
import { readCalls, readCatalogue, readDays, readLost, readOrders, readPlace, readScript } from '../shop/filters';
import { follow } from '../ui/language';
import { localeOf } from '../ui/person';
import { Absent, Failed, Root } from './Root';
import { SignIn } from './SignIn';

type Context = { queries: QueryClient };

const text = (v: unknown) => (typeof v === 'string' ? v : undefined);

const root = createRootRouteWithContext<Context>()({ component: Root, notFoundComponent: Absent, errorComponent: Failed });

const signin = createRoute({
  getParentRoute: () => root,
  path: '/signin',
  validateSearch: (s: Record<string, unknown>): { next?: string } => ({ next: text(s.next) }),
  component: SignIn,
});

const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  beforeLoad: async ({ context, location }) => {
    const session = await context.queries.ensureQueryData(sessionQuery);
    if (session.state === 'out') throw redirect({ to: '/signin', search: { next: location.href } });
    await follow(localeOf(session.account.locale));
    return { account: session.account };
  },
});

const home = createRoute({
  getParentRoute: () => inside,
  path: '/',
  beforeLoad: ({ context: { account } }) => {
    const shop = account.shops[0];
    if (shop) throw redirect({ to: '/s/$shop', params: { shop: shop.slug } });
    if (account.staff.includes('supervisor')) throw redirect({ to: '/floor' });
    if (account.staff.some((role) => role !== 'operator')) throw redirect({ to: '/admin/shops' });
    throw redirect({ to: '/desk' });
  },
});

const shops = createRoute({
  getParentRoute: () => inside,
  path: '/admin/shops',
  component: lazyRouteComponent(() => import('../admin/ShopsPage'), 'ShopsPage'),
});
const security = createRoute({
  getParentRoute: () => inside,
  path: '/admin/security',
  component: lazyRouteComponent(() => import('../admin/SecurityPage'), 'SecurityPage'),
});
const trunks = createRoute({
  getParentRoute: () => inside,
  path: '/admin/trunks',
  component: lazyRouteComponent(() => import('../admin/TrunksPage'), 'TrunksPage'),
});
const desk = createRoute({
  getParentRoute: () => inside,
  path: '/desk',
  component: lazyRouteComponent(() => import('../desk/DeskFrame'), 'DeskFrame'),
});
const deskPage = createRoute({
  getParentRoute: () => desk,
  path: '/',
  component: lazyRouteComponent(() => import('../desk/DeskPage'), 'DeskPage'),
});
const deskCheck = createRoute({
  getParentRoute: () => desk,
  path: 'check',
  component: lazyRouteComponent(() => import('../desk/CheckPage'), 'CheckPage'),
});
const deskDay = createRoute({
  getParentRoute: () => desk,
  path: 'day',
  component: lazyRouteComponent(() => import('../desk/DayPage'), 'DayPage'),
});
const floor = createRoute({
  getParentRoute: () => inside,
  path: '/floor',
  validateSearch: (s: Record<string, unknown>): { call?: string; who?: string } => ({
    ...(text(s.call) && { call: text(s.call) }),
    ...(text(s.who) && { who: text(s.who) }),
  }),
  component: lazyRouteComponent(() => import('../floor/FloorPage'), 'FloorPage'),
});
const quality = createRoute({
  getParentRoute: () => inside,
  path: '/floor/quality',
  validateSearch: readQuality,
  component: lazyRouteComponent(() => import('../floor/QualityPage'), 'QualityPage'),
});
const shop = createRoute({
  getParentRoute: () => inside,
  path: '/s/$shop',
  component: lazyRouteComponent(() => import('../shop/Frame'), 'Frame'),
});

const today = createRoute({
  getParentRoute: () => shop,
  path: '/',
  component: lazyRouteComponent(() => import('../shop/TodayPage'), 'TodayPage'),
});
const calls = createRoute({
  getParentRoute: () => shop,
  path: 'calls',
  validateSearch: readCalls,
  component: lazyRouteComponent(() => import('../shop/CallsPage'), 'CallsPage'),
});
const call = createRoute({
  getParentRoute: () => shop,
  path: 'calls/$call',
  validateSearch: readPlace,
  component: lazyRouteComponent(() => import('../shop/CallPage'), 'CallPage'),
});
const lost = createRoute({
  getParentRoute: () => shop,
  path: 'lost',
  validateSearch: readLost,
  component: lazyRouteComponent(() => import('../shop/LostPage'), 'LostPage'),
});
const orders = createRoute({
  getParentRoute: () => shop,
  path: 'orders',
  validateSearch: readOrders,
  component: lazyRouteComponent(() => import('../shop/OrdersPage'), 'OrdersPage'),
});
const order = createRoute({
  getParentRoute: () => shop,
  path: 'orders/$order',
  component: lazyRouteComponent(() => import('../shop/OrderPage'), 'OrderPage'),
});
const buyers = createRoute({
  getParentRoute: () => shop,
  path: 'buyers',
  validateSearch: readBuyers,
  component: lazyRouteComponent(() => import('../shop/BuyersPage'), 'BuyersPage'),
});
const buyer = createRoute({
  getParentRoute: () => shop,
  path: 'buyers/$buyer',
  component: lazyRouteComponent(() => import('../shop/BuyerPage'), 'BuyerPage'),
});
const catalogue = createRoute({
  getParentRoute: () => shop,
  path: 'catalogue',
  validateSearch: readCatalogue,
  component: lazyRouteComponent(() => import('../shop/CataloguePage'), 'CataloguePage'),
});
const scripts = createRoute({
  getParentRoute: () => shop,
  path: 'scripts',
  component: lazyRouteComponent(() => import('../shop/ScriptsPage'), 'ScriptsPage'),
});
const script = createRoute({
  getParentRoute: () => shop,
  path: 'scripts/$script',
  validateSearch: readScript,
  component: lazyRouteComponent(() => import('../shop/ScriptPage'), 'ScriptPage'),
});

const outgoing = createRoute({
  getParentRoute: () => shop,
  path: 'outgoing',
  component: lazyRouteComponent(() => import('../shop/OutgoingPage'), 'OutgoingPage'),
});
const recordings = createRoute({
  getParentRoute: () => shop,
  path: 'recordings',
  component: lazyRouteComponent(() => import('../shop/RecordingsPage'), 'RecordingsPage'),
});
const voice = createRoute({
  getParentRoute: () => shop,
  path: 'voice',
  component: lazyRouteComponent(() => import('../shop/VoicePage'), 'VoicePage'),
});
const site = createRoute({
  getParentRoute: () => shop,
  path: 'site',
  validateSearch: readDays,
  component: lazyRouteComponent(() => import('../shop/SitePage'), 'SitePage'),
});

const tree = root.addChildren([
  signin,
  inside.addChildren([
    home,
    shops,
    security,
    trunks,
    desk.addChildren([deskPage, deskCheck, deskDay]),
    floor,
    quality,
    shop.addChildren([
      today,
      calls,
      call,
      lost,
      orders,
      order,
      buyers,
      buyer,
      catalogue,
      scripts,
      script,
      voice,
      outgoing,
      recordings,
      site,
    ]),
  ]),
]);

export const makeRouter = (queries: QueryClient) =>
  createRouter({ routeTree: tree, context: { queries }, defaultPreload: 'intent', defaultPendingMs: 200, scrollRestoration: true });

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
