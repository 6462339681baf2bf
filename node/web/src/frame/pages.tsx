import { Route, Routes } from 'react-router';
import { useSession } from '../api.ts';
import { PageHead } from '../parts/page-head.tsx';
import { AccountPage } from '../pages/account.tsx';
import { BoxPage } from '../pages/box.tsx';
import { BoxesPage } from '../pages/boxes.tsx';
import { EnterLeadPage } from '../pages/enter-lead.tsx';
import { InboxPage } from '../pages/inbox.tsx';
import { LeadPage } from '../pages/lead.tsx';
import { LeadsPage } from '../pages/leads.tsx';
import { OfferPage } from '../pages/offer.tsx';
import { PartnerPage } from '../pages/partner.tsx';
import { PartnersPage } from '../pages/partners.tsx';
import { PoliciesPage } from '../pages/policies.tsx';
import { QuestionsPage } from '../pages/questions.tsx';
import { RestorationPage } from '../pages/restoration.tsx';
import { TeamInboxPage } from '../pages/team-inbox.tsx';
import { TeamPage } from '../pages/team.tsx';
import { UnroutedPage } from '../pages/unrouted.tsx';
import { UsersPage } from '../pages/users.tsx';

export function Pages() {
  const { me } = useSession();
  return (
    <Routes>
      <Route path="/" element={me.user.role === 'auditor' ? <LeadsPage /> : <InboxPage />} />
      <Route path="/offers/:id" element={<OfferPage />} />
      <Route path="/leads" element={<LeadsPage />} />
      <Route path="/leads/:id" element={<LeadPage />} />
      <Route path="/questions" element={<QuestionsPage />} />
      <Route path="/enter" element={<EnterLeadPage />} />
      <Route path="/team" element={<TeamPage />} />
      <Route path="/team/:id" element={<TeamInboxPage />} />
      <Route path="/unrouted" element={<UnroutedPage />} />
      <Route path="/boxes" element={<BoxesPage />} />
      <Route path="/boxes/:id" element={<BoxPage />} />
      <Route path="/partners" element={<PartnersPage />} />
      <Route path="/partners/:id" element={<PartnerPage />} />
      <Route path="/restoration" element={<RestorationPage />} />
      <Route path="/policies" element={<PoliciesPage />} />
      <Route path="/users" element={<UsersPage />} />
      <Route path="/account" element={<AccountPage />} />
      <Route path="*" element={<PageHead title="There is no such page" back={{ to: '/', label: 'To the start' }} />} />
    </Routes>
  );
}
