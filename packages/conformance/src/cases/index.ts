import type { ConformanceCase } from "../harness.ts";
import { accessCases } from "./access.ts";
import { accessActorCases } from "./access-actor.ts";
import { accessListCases } from "./access-lists.ts";
import { anyTextCases } from "./any-text.ts";
import { appointmentCases } from "./appointments.ts";
import { availabilityCases } from "./availability.ts";
import { badInputCases } from "./bad-input.ts";
import { blockedMeanwhileCases } from "./blocked-meanwhile.ts";
import { bookCases } from "./book.ts";
import { busyByHandCases } from "./busy-by-hand.ts";
import { busyEdgeCases } from "./busy-edges.ts";
import { busyHoursCases } from "./busy-hours.ts";
import { busyWindowCases } from "./busy-windows.ts";
import { clockChangeCases } from "./clock-changes.ts";
import { clockSetBackCases } from "./clock-set-back.ts";
import { computedCases } from "./computed.ts";
import { computedAcceptCases } from "./computed-accept.ts";
import { computedCountCases } from "./computed-counts.ts";
import { computedHoldCases } from "./computed-holds.ts";
import { computedHoldAcrossCases } from "./computed-holds-across.ts";
import { computedLiveCases } from "./computed-live.ts";
import { computedRaceCases } from "./computed-races.ts";
import { computedRescheduleCases } from "./computed-reschedule.ts";
import { computedSubjectCases } from "./computed-subject.ts";
import { computedTruthCases } from "./computed-truth.ts";
import { contractAgendaCases } from "./contract-agendas.ts";
import { contractAroundCases } from "./contract-around.ts";
import { contractAroundHostCases } from "./contract-around-host.ts";
import { contractBatchCases } from "./contract-batch.ts";
import { contractCommitCases } from "./contract-commit.ts";
import { contractEdgeCases } from "./contract-edges.ts";
import { contractExpectCases } from "./contract-expect.ts";
import { contractFeedCases } from "./contract-feed.ts";
import { contractFieldCases } from "./contract-fields.ts";
import { contractGuardCases } from "./contract-guards.ts";
import { contractJournalCases } from "./contract-journals.ts";
import { contractListCases } from "./contract-lists.ts";
import { contractLoadCases } from "./contract-load.ts";
import { contractLockCases } from "./contract-locks.ts";
import { contractOpenCases } from "./contract-open.ts";
import { contractPageCases } from "./contract-pages.ts";
import { contractProviderCases } from "./contract-providers.ts";
import { contractRaceCases } from "./contract-races.ts";
import { contractRelayCases } from "./contract-relays.ts";
import { contractRestsOnCases } from "./contract-rests-on.ts";
import { contractSettingsCases } from "./contract-settings.ts";
import { contractWithinCases } from "./contract-within.ts";
import { createSlotsCases } from "./create-slots.ts";
import { crowdCases } from "./crowds.ts";
import { cursorCases } from "./cursors.ts";
import { explainCases } from "./explain.ts";
import { feedCases } from "./feed.ts";
import { feedReaderCases } from "./feed-readers.ts";
import { findOpenCases } from "./find-open.ts";
import { heldTimeCases } from "./held-times.ts";
import { holdCases } from "./hold.ts";
import { holderCapCases } from "./holder-caps.ts";
import { holderCases } from "./holders.ts";
import { hostFunctionCases } from "./host-functions.ts";
import { hostTransactionCases } from "./host-transaction.ts";
import { idempotencyCases } from "./idempotency.ts";
import { importBusyCases } from "./import-busy.ts";
import { listCases } from "./lists.ts";
import { liveCases } from "./live.ts";
import { liveFreshnessCases } from "./live-freshness.ts";
import { liveRandomCases } from "./live-random.ts";
import { liveRecordCases } from "./live-records.ts";
import { liveRoomCases } from "./live-room.ts";
import { liveSubjectCases } from "./live-subject.ts";
import { localTimeCases } from "./local-time.ts";
import { manySlotsCases } from "./many-slots.ts";
import { movedSlotCases } from "./moved-slots.ts";
import { oddInputCases } from "./odd-input.ts";
import { offeredWishCases } from "./offered-wishes.ts";
import { offerCases } from "./offers.ts";
import { overrideCases } from "./overrides.ts";
import { ownIdCases } from "./own-ids.ts";
import { policyCases } from "./policies.ts";
import { policyInterleavingCases } from "./policy-interleavings.ts";
import { previewCases } from "./preview.ts";
import { previewReasonCases } from "./preview-reasons.ts";
import { publishMomentCases } from "./publish-moments.ts";
import { publishSlotsCases } from "./publish-slots.ts";
import { raceCases } from "./races.ts";
import { randomCases } from "./random.ts";
import { reconcileCases } from "./reconcile.ts";
import { relayCases } from "./relay.ts";
import { relayInputCases } from "./relay-input.ts";
import { relayLeaseCases } from "./relay-lease.ts";
import { relayParkingCases } from "./relay-parking.ts";
import { relaySkipCases } from "./relay-skips.ts";
import { rememberedCases } from "./remembered.ts";
import { requestRaceCases } from "./request-races.ts";
import { requestCases } from "./requests.ts";
import { runtimeCases } from "./runtimes.ts";
import { settingsCases } from "./settings.ts";
import { severalHeldCases } from "./several-held.ts";
import { sharedAppointmentCases } from "./shared-appointments.ts";
import { sightCases } from "./sight.ts";
import { sightBatchCases } from "./sight-batches.ts";
import { sightCommandCases } from "./sight-commands.ts";
import { sightExpiryCases } from "./sight-expiry.ts";
import { sightInputCases } from "./sight-input.ts";
import { sightMeetingCases } from "./sight-meetings.ts";
import { sightRaceCases } from "./sight-races.ts";
import { sightRandomCases } from "./sight-random.ts";
import { sightRequestCases } from "./sight-requests.ts";
import { sightSearchCases } from "./sight-search.ts";
import { sightSupposedCases } from "./sight-supposed.ts";
import { sightZoneCases } from "./sight-zones.ts";
import { syncCases } from "./sync.ts";
import { takenMeanwhileCases } from "./taken-meanwhile.ts";
import { timeZoneCases } from "./time-zones.ts";
import { transactionCases } from "./transaction.ts";
import { transitionCases } from "./transitions.ts";

/** Every promise of the suite. */
export const conformanceCases: readonly ConformanceCase[] = [
  ...contractLoadCases,
  ...contractFieldCases,
  ...contractEdgeCases,
  ...contractListCases,
  ...contractJournalCases,
  ...contractPageCases,
  ...contractOpenCases,
  ...contractProviderCases,
  ...contractCommitCases,
  ...contractExpectCases,
  ...contractBatchCases,
  ...contractAgendaCases,
  ...contractRestsOnCases,
  ...contractAroundCases,
  ...contractAroundHostCases,
  ...contractWithinCases,
  ...contractLockCases,
  ...contractGuardCases,
  ...contractSettingsCases,
  ...contractFeedCases,
  ...contractRelayCases,
  ...bookCases,
  ...rememberedCases,
  ...appointmentCases,
  ...sharedAppointmentCases,
  ...holdCases,
  ...severalHeldCases,
  ...holderCases,
  ...holderCapCases,
  ...requestCases,
  ...offerCases,
  ...offeredWishCases,
  ...createSlotsCases,
  ...manySlotsCases,
  ...availabilityCases,
  ...publishMomentCases,
  ...publishSlotsCases,
  ...blockedMeanwhileCases,
  ...takenMeanwhileCases,
  ...movedSlotCases,
  ...importBusyCases,
  ...busyWindowCases,
  ...busyEdgeCases,
  ...busyHoursCases,
  ...busyByHandCases,
  ...computedCases,
  ...computedRaceCases,
  ...computedAcceptCases,
  ...computedHoldCases,
  ...computedHoldAcrossCases,
  ...heldTimeCases,
  ...computedTruthCases,
  ...computedLiveCases,
  ...computedCountCases,
  ...computedRescheduleCases,
  ...computedSubjectCases,
  ...idempotencyCases,
  ...ownIdCases,
  ...listCases,
  ...cursorCases,
  ...findOpenCases,
  ...feedCases,
  ...feedReaderCases,
  ...liveCases,
  ...liveFreshnessCases,
  ...liveRandomCases,
  ...liveSubjectCases,
  ...liveRecordCases,
  ...liveRoomCases,
  ...relayCases,
  ...relayLeaseCases,
  ...relayParkingCases,
  ...relaySkipCases,
  ...relayInputCases,
  ...hostTransactionCases,
  ...settingsCases,
  ...transactionCases,
  ...transitionCases,
  ...badInputCases,
  ...oddInputCases,
  ...anyTextCases,
  ...timeZoneCases,
  ...localTimeCases,
  ...hostFunctionCases,
  ...clockChangeCases,
  ...clockSetBackCases,
  ...policyCases,
  ...sightCases,
  ...sightCommandCases,
  ...sightRequestCases,
  ...sightZoneCases,
  ...sightSupposedCases,
  ...sightSearchCases,
  ...explainCases,
  ...sightExpiryCases,
  ...sightInputCases,
  ...overrideCases,
  ...previewCases,
  ...previewReasonCases,
  ...accessCases,
  ...accessActorCases,
  ...accessListCases,
  ...runtimeCases,
  ...contractRaceCases,
  ...raceCases,
  ...sightRaceCases,
  ...sightBatchCases,
  ...sightRandomCases,
  ...sightMeetingCases,
  ...requestRaceCases,
  ...crowdCases,
  ...syncCases,
  ...reconcileCases,
  ...randomCases,
  ...policyInterleavingCases,
];
