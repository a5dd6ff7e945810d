/** The gate with its lamp, and the name beside it. */
export function Logo({ isMarkOnly = false }: { isMarkOnly?: boolean }) {
  return (
    <span style={{ display: 'inline-flex', alignItems: 'center', gap: 8, fontWeight: 550, fontSize: 15 }}>
      <svg width="22" height="22" viewBox="0 0 22 22" aria-hidden="true">
        <path
          d="M4 20V6.5M18 20V6.5M1.5 20h19"
          stroke="currentColor"
          strokeWidth="2"
          strokeLinecap="round"
          fill="none"
        />
        <path d="M4 13.5h14" stroke="#d97706" strokeWidth="2.5" strokeLinecap="round" />
        <circle cx="4" cy="4" r="2.5" fill="#d97706" />
        <circle cx="18" cy="4" r="2.5" fill="#d97706" />
      </svg>
      {isMarkOnly ? <span className="visually-hidden">Tollgate</span> : 'Tollgate'}
    </span>
  )
}
