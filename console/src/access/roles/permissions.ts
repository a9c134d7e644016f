// The permissions that a role may carry. A test holds them against the catalogue of the server.

export interface Permission {
  key: string;
  label: string;
  levels: ("R" | "W")[];
  /** What writing allows, in words; reading shows. */
  allows: string;
}

export const PERMISSIONS: Record<"PLATFORM" | "ORGANIZATION", Permission[]> = {
  PLATFORM: [
    { key: "ADMIN", label: "Administrator", levels: ["R", "W"], allows: "everything of every module, never company access" },
    { key: "AFFILIATES", label: "Manage affiliates", levels: ["R", "W"], allows: "edit and decide accounts, collaborators" },
    { key: "ADVERTISERS", label: "Advertisers", levels: ["R", "W"], allows: "edit and approve advertiser profiles" },
    { key: "OFFERS", label: "Offers", levels: ["R", "W"], allows: "create and edit programs and goals, decide applications" },
    { key: "BRANDS", label: "Brand management", levels: ["R", "W"], allows: "create and edit brands" },
    { key: "PRODUCTS", label: "Product management", levels: ["R", "W"], allows: "create and edit products" },
    { key: "MEDIA", label: "Media", levels: ["R", "W"], allows: "create and edit media" },
    { key: "TRANSACTIONS", label: "Affiliate transactions", levels: ["R", "W"], allows: "create conversions and adjustments, decide statuses" },
    { key: "PAYOUTS", label: "Affiliate payouts", levels: ["R", "W"], allows: "start a run; approve, delete and pay invoices" },
    { key: "CONTENT", label: "Content management", levels: ["R", "W"], allows: "edit content pages" },
    { key: "USERS", label: "User management", levels: ["R", "W"], allows: "assign roles and module sets, edit column lists, suspend" },
    { key: "COMMISSION_PLANS", label: "Commission plans", levels: ["R", "W"], allows: "create, edit and assign plans" },
    { key: "DATA_IMPORTS", label: "Data imports", levels: ["R", "W"], allows: "run imports" },
    { key: "API_KEYS", label: "API keys", levels: ["R", "W"], allows: "create and revoke own keys" },
    { key: "REPORTS", label: "Reports", levels: ["R", "W"], allows: "save, schedule and share reports" },
    { key: "SETTINGS", label: "Settings", levels: ["R", "W"], allows: "edit platform settings and, with USERS R, roles" },
  ],
  ORGANIZATION: [
    { key: "ACCOUNT_USERS", label: "Account Users", levels: ["W"], allows: "members and roles" },
    { key: "ACTION_INQUIRIES", label: "Action Inquiries", levels: ["R", "W"], allows: "decide conversions of DIRECT programs, propose statuses of others" },
    { key: "CONTENT", label: "Content", levels: ["R", "W"], allows: "create and edit media" },
    { key: "APPLICATIONS", label: "Applications", levels: ["R", "W"], allows: "decide applications" },
    { key: "BRANDING", label: "Branding", levels: ["R", "W"], allows: "create and edit brands" },
    { key: "PROGRAMS", label: "Programs", levels: ["R", "W"], allows: "create and edit programs" },
    { key: "COMPANY_INFO", label: "Company Information", levels: ["R", "W"], allows: "edit the organization's record" },
    { key: "CUSTOM_REPORTS", label: "Custom Reports", levels: ["R", "W"], allows: "save reports" },
    { key: "DASHBOARD", label: "Dashboard", levels: ["R", "W"], allows: "" },
    { key: "EXPIRE_PARTNERS", label: "Expire Partners", levels: ["W"], allows: "end an enrollment" },
    { key: "FINANCE_REPORTING", label: "Finance Reporting", levels: ["R"], allows: "" },
    { key: "MARKETPLACE_LISTING", label: "Marketplace Listing", levels: ["R", "W"], allows: "list programs in the marketplace" },
    { key: "PARTNERS", label: "Partners", levels: ["R", "W"], allows: "edit and end enrollments" },
    { key: "PENDING_PAYOUTS", label: "Pending Payouts", levels: ["R", "W"], allows: "decide conversions of DIRECT programs, propose statuses and corrections of others" },
    { key: "PERFORMANCE_REPORTS", label: "Performance Reports", levels: ["R"], allows: "" },
    { key: "PROPOSALS", label: "Proposals", levels: ["R", "W"], allows: "" },
    { key: "REPORT_MANAGEMENT", label: "Report Management", levels: ["R"], allows: "" },
    { key: "TEMPLATE_TERMS", label: "Template Terms", levels: ["R", "W"], allows: "create and edit plans" },
    { key: "TEMPLATE_TERMS_ADMIN", label: "Template Terms Administrator", levels: ["W"], allows: "edit plans that restrict modification" },
  ],
};
