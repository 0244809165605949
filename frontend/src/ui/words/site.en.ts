// Words about what buyers ask again and again, in English.
export const site = {
  site: {
    page: 'For the site · Switchboard',
    title: 'Put this on the site',
    what: 'What buyers ask on the telephone again and again. Each answer on the site is a call that nobody pays for. Telephones and long numbers are never kept; what was asked only once is not shown.',
    export: 'Download CSV',
    month: '30 days',
    times: 'Times',
    days: 'On days',
    last: 'Last day',
    noneText: 'Nothing was asked twice in these days.',
    nothing: {
      title: 'Looked for and not found',
      do: 'Add the item, or say that it is not sold and what replaces it',
      head: 'Looked for',
      none: 'Everything was found',
    },
    card: {
      title: 'Frequent questions',
      do: 'Put the answer where it is seen: delivery, payment, returns',
      head: 'Question of the script',
      none: 'No card was opened',
    },
    search: {
      title: 'Looked for and found',
      do: 'It is on the site, and yet they ring: say more about it',
      head: 'Looked for',
      none: 'No search was repeated',
    },
  },
} as const;
