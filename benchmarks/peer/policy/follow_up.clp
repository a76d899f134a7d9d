; The policy in CLIPS. Unknown is nil. What follows from the facts as given is asserted first, by salience; the rules
; that advise or forbid come last, and hand what they find to the host's function `fired`.

(deftemplate case (slot now))
(deftemplate candidate (slot id) (slot employed) (slot quitting) (slot searching))
(deftemplate application (slot id) (slot status) (slot preferred) (slot policy) (slot via) (slot reply-by) (slot grace-over))
(deftemplate offer (slot app) (slot received) (slot form) (slot answer-by) (slot signed) (slot conditional) (slot start-on))
(deftemplate person
  (slot app) (slot id) (slot name) (slot role) (slot prefers) (slot invited) (slot policy) (multislot channels) (slot office))
(deftemplate interview (slot app) (slot id) (slot status) (slot ended) (slot answer-due))
(deftemplate interviewer (slot app) (slot interview) (slot person) (slot attended))
(deftemplate message (slot app) (slot person) (slot direction) (slot kind) (slot sent))

; --- derived ---
(deftemplate firm (slot app))
(deftemplate accepted (slot app))
(deftemplate settled (slot by))
(deftemplate held (slot app) (slot interview) (slot ended) (slot answer-due))
(deftemplate inside (slot app) (slot person))
(deftemplate addressee (slot app) (slot person) (slot role) (slot prefers) (slot invited) (slot office))
(deftemplate pending (slot app))
(deftemplate to-answer (slot app) (slot by))
(deftemplate next-answer (slot by))
(deftemplate thankable (slot app) (slot interview) (slot person) (slot ended))
(deftemplate log
  (slot app) (slot wrote) (slot heard) (slot asked) (slot follow-ups) (slot rejected) (slot answered)
  (slot told-offer) (slot told-withdrawal) (slot connected))
(deftemplate between (slot app) (slot overdue) (slot used-up) (slot due))
(deftemplate follow-up-open (slot app))

(defglobal ?*hour* = 3600 ?*day* = 86400 ?*week* = 604800)

(deffunction later (?one ?other)
  (if (eq ?one nil) then ?other else (if (eq ?other nil) then ?one else (max ?one ?other))))
(deffunction plus (?moment ?length)
  (if (eq ?moment nil) then nil else (+ ?moment ?length)))
; Whether a moment that is known has come, less than a week ago.
(deffunction this-week (?moment ?now)
  (and (neq ?moment nil) (<= ?moment ?now) (< ?now (+ ?moment ?*week*))))
(deffunction before (?one ?other)
  (and (neq ?one nil) (neq ?other nil) (< ?one ?other)))

(defrule firm (declare (salience 100))
  (case (now ?now))
  (offer (app ?a) (form written) (conditional no) (signed ?at&~nil&:(<= ?at ?now)))
  (application (id ?a) (status ~rejected&~withdrawn))
  => (assert (firm (app ?a)) (settled (by ?a))))
(defrule accepted (declare (salience 100))
  (application (id ?a) (status accepted))
  => (assert (settled (by ?a))))
(defrule held (declare (salience 100))
  (case (now ?now))
  (interview (app ?a) (id ?i) (status ~cancelled) (ended ?at&:(<= ?at ?now)) (answer-due ?due))
  => (assert (held (app ?a) (interview ?i) (ended ?at) (answer-due ?due))))
(defrule inside (declare (salience 100))
  (person (app ?a) (id ?p) (role inside_contact))
  (not (interviewer (app ?a) (person ?p)))
  => (assert (inside (app ?a) (person ?p))))
(defrule to-answer (declare (salience 100))
  (case (now ?now))
  (offer (app ?a) (signed nil) (answer-by ?by&~nil&:(< ?now ?by)))
  (application (id ?a) (status ~accepted&~rejected&~withdrawn))
  => (assert (to-answer (app ?a) (by ?by))))

(defrule next-answer (declare (salience 90))
  (to-answer (by ?by))
  (not (to-answer (by ?sooner&:(< ?sooner ?by))))
  (not (next-answer))
  => (assert (next-answer (by ?by))))
(defrule pending (declare (salience 90))
  (application (id ?a) (status ~offered&~accepted&~rejected&~withdrawn))
  (not (offer (app ?a)))
  (not (settled))
  => (assert (pending (app ?a))))
(defrule addressee (declare (salience 90))
  (application (id ?a) (via ?via))
  (person (app ?a) (id ?p&:(or (eq ?via nil) (eq ?via ?p))) (policy ~closed) (role ?role) (prefers ?prefers) (invited ?invited)
    (office ?office))
  (not (inside (app ?a) (person ?p)))
  => (assert (addressee (app ?a) (person ?p) (role ?role) (prefers ?prefers) (invited ?invited) (office ?office))))

; What the messages come to. The latest of anything and how often are asked of all messages of the application at once.
(defrule log (declare (salience 90))
  (application (id ?a))
  =>
  (bind ?last nil)
  (do-for-all-facts ((?i held)) (eq ?i:app ?a) (bind ?last (later ?last ?i:ended)))
  (bind ?wrote nil) (bind ?heard nil) (bind ?asked nil) (bind ?rejected nil) (bind ?follow-ups 0)
  (bind ?answered no) (bind ?told-offer no) (bind ?told-withdrawal no) (bind ?connected no)
  (do-for-all-facts ((?m message)) (and (eq ?m:app ?a) (eq ?m:direction received))
    (bind ?heard (later ?heard ?m:sent))
    (if (eq ?m:kind rejection) then (bind ?rejected (later ?rejected ?m:sent))))
  (do-for-all-facts ((?m message)) (and (eq ?m:app ?a) (eq ?m:direction sent))
    (bind ?wrote (later ?wrote ?m:sent))
    (if (or (eq ?m:kind answer) (before ?rejected ?m:sent)) then (bind ?answered yes))
    (switch ?m:kind
      (case offer_notice then (bind ?told-offer yes))
      (case withdrawal then (bind ?told-withdrawal yes))
      (case connection_request then (bind ?connected yes))
      (default
        (if (and (or (eq ?m:kind follow_up) (eq ?m:kind status_question))
              (not (any-factp ((?p inside)) (and (eq ?p:app ?a) (eq ?p:person ?m:person)))))
          then
          (bind ?asked (later ?asked ?m:sent))
          (if (or (eq ?m:sent nil)
                (and (or (eq ?heard nil) (> ?m:sent ?heard)) (or (eq ?last nil) (> ?m:sent ?last))))
            then (bind ?follow-ups (+ ?follow-ups 1)))))))
  (assert (log (app ?a) (wrote ?wrote) (heard ?heard) (asked ?asked) (follow-ups ?follow-ups) (rejected ?rejected)
    (answered ?answered) (told-offer ?told-offer) (told-withdrawal ?told-withdrawal) (connected ?connected))))

(deftemplate overdue (slot app))
(deftemplate promised (slot app) (slot until))
(defrule promise-stands (declare (salience 80))
  (application (id ?a) (reply-by ?by&~nil) (grace-over ?until))
  (not (held (app ?a) (ended ?at&:(> ?at ?by))))
  => (assert (promised (app ?a) (until ?until))))
(defrule overdue-promise (declare (salience 70))
  (case (now ?now))
  (promised (app ?a) (until ?until&:(<= ?until ?now)))
  => (assert (overdue (app ?a))))
(defrule overdue-answer (declare (salience 70))
  (case (now ?now))
  (application (id ?a))
  (exists (held (app ?a)))
  (not (promised (app ?a)))
  (not (held (app ?a) (answer-due ?due&:(> ?due ?now))))
  => (assert (overdue (app ?a))))
(deftemplate used-up (slot app))
(defrule used-up (declare (salience 70))
  (log (app ?a) (follow-ups ?n))
  (application (id ?a) (policy ?policy))
  (test (or (>= ?n 2) (eq ?policy closed)))
  => (assert (used-up (app ?a))))
(deftemplate ahead (slot app) (slot ended))
(defrule ahead (declare (salience 100))
  (case (now ?now))
  (interview (app ?a) (status ~cancelled) (ended ?at&:(> ?at ?now)))
  => (assert (ahead (app ?a) (ended ?at))))
(deftemplate waiting (slot app))
(defrule waiting (declare (salience 80))
  (pending (app ?a))
  (exists (held (app ?a)))
  (not (ahead (app ?a)))
  => (assert (waiting (app ?a))))
(defrule follow-up-open (declare (salience 60))
  (case (now ?now))
  (waiting (app ?a))
  (overdue (app ?a))
  (not (used-up (app ?a)))
  (log (app ?a) (wrote ?wrote) (heard ?heard))
  (test (not (or (this-week ?wrote ?now) (this-week ?heard ?now))))
  => (assert (follow-up-open (app ?a))))
(defrule thankable (declare (salience 80))
  (not (settled))
  (application (id ?a) (status ~accepted&~rejected&~withdrawn))
  (held (app ?a) (interview ?i) (ended ?at))
  (interviewer (app ?a) (interview ?i) (person ?p) (attended ~no))
  (not (message (app ?a) (person ?p) (kind thank_you) (direction sent) (sent ?sent&~nil&:(>= ?sent ?at))))
  => (assert (thankable (app ?a) (interview ?i) (person ?p) (ended ?at))))

; --- thanks ---
(defrule thank-you-note
  (case (now ?now))
  (thankable (app ?a) (interview ?i) (person ?p) (ended ?at&:(<= (+ ?at 7200) ?now (+ ?at 172800))))
  (application (id ?a) (via ?via&:(or (eq ?via nil) (eq ?via ?p))))
  => (fired thank-you-note interviewer ?a ?i ?p (+ ?at 172800)))
(defrule thank-you-late
  (case (now ?now))
  (thankable (app ?a) (interview ?i) (person ?p) (ended ?at&:(< (+ ?at 172800) ?now)&:(<= ?now (+ ?at 604800))))
  (application (id ?a) (via ?via&:(or (eq ?via nil) (eq ?via ?p))))
  => (fired thank-you-late interviewer ?a ?i ?p (+ ?at 604800)))
(defrule thanks-through-the-contact
  (case (now ?now))
  (thankable (app ?a) (interview ?i) (person ?p) (ended ?at&:(<= (+ ?at 7200) ?now (+ ?at 604800))))
  (application (id ?a) (via ~nil&~?p))
  (log (app ?a) (wrote ?wrote))
  (test (or (eq ?wrote nil) (< ?wrote ?at)))
  => (fired thanks-through-the-contact interviewer ?a ?i ?p (+ ?at 172800)))
(defrule find-the-name-first
  (case (now ?now))
  (thankable (app ?a) (interview ?i) (person ?p) (ended ?at&:(<= ?now (+ ?at 604800))))
  (person (app ?a) (id ?p) (name nil))
  => (fired find-the-name-first interviewer ?a ?i ?p (+ ?at 172800)))
(defrule find-the-interviewers-first
  (case (now ?now))
  (held (app ?a) (interview ?i) (ended ?at&:(<= ?now (+ ?at 604800))))
  (not (interviewer (app ?a) (interview ?i)))
  (application (id ?a) (status ~accepted&~rejected&~withdrawn))
  => (fired find-the-interviewers-first interview ?a "" ?i (+ ?at 172800)))

; --- phone or email ---
(defrule stated-preference
  (person (app ?a) (id ?p) (prefers email))
  => (fired stated-preference person ?a "" ?p nil))
(defrule stated-preference-contradicted
  (person (app ?a) (id ?p) (prefers email) (invited yes))
  => (fired stated-preference-contradicted person ?a "" ?p nil))
(defrule nobody-invited-a-call
  (follow-up-open (app ?a))
  (not (person (app ?a) (invited yes)))
  (not (person (app ?a) (prefers phone)))
  => (fired nobody-invited-a-call application ?a "" ?a nil))
(defrule call-who-prefers-it
  (follow-up-open (app ?a))
  (addressee (app ?a) (person ?p) (prefers phone) (office yes))
  => (fired call-who-prefers-it person ?a "" ?p nil))
(defrule call-who-invited-it
  (follow-up-open (app ?a))
  (addressee (app ?a) (person ?p) (prefers ~email) (invited yes) (office yes))
  => (fired call-who-invited-it person ?a "" ?p nil))
(defrule wait-for-office-hours
  (follow-up-open (app ?a))
  (addressee (app ?a) (person ?p) (prefers phone) (office no))
  => (fired wait-for-office-hours person ?a "" ?p nil)
     (fired no-mail-instead-of-the-call person ?a "" ?p nil))

; --- whom not to contact ---
(defrule company-wants-no-contact
  (application (id ?a) (policy closed))
  => (fired company-wants-no-contact application ?a "" ?a nil))
(defrule person-wants-no-contact
  (person (app ?a) (id ?p) (policy closed))
  => (fired person-wants-no-contact person ?a "" ?p nil))
(defrule through-the-contact-only
  (application (id ?a) (via ?via&~nil) (status ~rejected&~withdrawn))
  (person (app ?a) (id ?p&~?via))
  => (fired through-the-contact-only person ?a "" ?p nil))
(defrule inside-contact-asked
  (inside (app ?a) (person ?p))
  =>
  (bind ?n (length$ (find-all-facts ((?m message))
    (and (eq ?m:app ?a) (eq ?m:person ?p) (eq ?m:direction sent) (or (eq ?m:kind follow_up) (eq ?m:kind status_question))))))
  (if (= ?n 1) then (fired inside-contact-asked-once person ?a "" ?p nil))
  (if (> ?n 1) then (fired inside-contact-pestered person ?a "" ?p nil)))
(defrule connect-after-the-decision
  (pending (app ?a))
  (exists (person (app ?a) (channels $? linkedin $?)))
  => (fired connect-after-the-decision application ?a "" ?a nil))
(defrule connect-now
  (application (id ?a) (status accepted))
  (log (app ?a) (connected no))
  (person (app ?a) (id ?p) (channels $? linkedin $?))
  (exists (interviewer (app ?a) (person ?p)))
  => (fired connect-now person ?a "" ?p nil))
(defrule answer-the-rejection
  (case (now ?now))
  (application (id ?a) (status rejected))
  (log (app ?a) (answered no) (rejected ?at&:(or (eq ?at nil) (<= ?now (plus ?at 604800)))))
  => (fired answer-the-rejection application ?a "" ?a (plus ?at ?*week*)))

; --- the present job, and the search ---
(defrule job-kept-until-signed
  (candidate (id ?c) (employed yes))
  (not (firm))
  => (fired job-kept-until-signed candidate ?c "" ?c nil))
(defrule job-kept-all-the-more
  (candidate (id ?c) (employed ~no) (quitting yes))
  (not (firm))
  => (fired job-kept-all-the-more candidate ?c "" ?c nil))
(defrule job-kept-if-there-is-one
  (candidate (id ?c) (employed nil))
  (not (firm))
  => (fired job-kept-if-there-is-one candidate ?c "" ?c nil))
(defrule give-notice-now
  (candidate (id ?c) (employed yes))
  (exists (firm))
  => (fired give-notice-now candidate ?c "" ?c nil))
(defrule keep-interviewing
  (candidate (id ?c))
  (not (firm))
  => (fired keep-interviewing candidate ?c "" ?c nil)
     (fired search-not-stopped candidate ?c "" ?c nil))
(defrule take-the-search-up-again
  (candidate (id ?c) (searching no))
  (not (firm))
  => (fired take-the-search-up-again candidate ?c "" ?c nil))

; --- following up ---
(defrule follow-up
  (follow-up-open (app ?a))
  (addressee (app ?a) (person ?p))
  => (fired follow-up person ?a "" ?p nil))
(defrule follow-up-with-the-recruiter
  (follow-up-open (app ?a))
  (addressee (app ?a) (person ?p) (role recruiter|agency_recruiter))
  => (fired follow-up-with-the-recruiter person ?a "" ?p nil))
(defrule follow-up-with-the-manager
  (follow-up-open (app ?a))
  (addressee (app ?a) (person ?p) (role hiring_manager))
  => (fired follow-up-with-the-manager person ?a "" ?p nil))
(defrule find-somebody-to-ask
  (follow-up-open (app ?a))
  (not (addressee (app ?a)))
  => (fired find-somebody-to-ask application ?a "" ?a nil))
(defrule not-again-so-soon
  (case (now ?now))
  (pending (app ?a))
  (overdue (app ?a))
  (log (app ?a) (follow-ups ~0) (wrote ?wrote&:(this-week ?wrote ?now)))
  => (fired not-again-so-soon application ?a "" ?a (+ ?wrote ?*week*)))
(defrule enough-follow-ups
  (pending (app ?a))
  (application (id ?a) (policy ~closed))
  (log (app ?a) (follow-ups ?n&:(>= ?n 2)))
  => (fired enough-follow-ups application ?a "" ?a nil))
(defrule rejection-ends-it
  (application (id ?a) (status rejected|withdrawn))
  => (fired rejection-ends-it application ?a "" ?a nil))

; --- offers ---
(defrule answer-by-their-day
  (offer (app ?a) (signed nil) (answer-by ?by&~nil))
  (application (id ?a) (status ~accepted&~rejected&~withdrawn))
  => (fired answer-by-their-day offer ?a "" ?a ?by))
(defrule answer-in-decent-time
  (offer (app ?a) (signed nil) (answer-by nil) (received ?at))
  (application (id ?a) (status ~accepted&~rejected&~withdrawn))
  => (fired answer-in-decent-time offer ?a "" ?a (plus ?at (* 5 ?*day*))))
(defrule make-it-firm
  (offer (app ?a) (form ?form) (conditional ?conditional))
  (test (or (eq ?form verbal) (eq ?conditional yes)))
  (application (id ?a) (status ~rejected&~withdrawn))
  => (fired make-it-firm offer ?a "" ?a nil))
(defrule get-it-signed
  (application (id ?a) (status accepted))
  (not (firm (app ?a)))
  => (fired get-it-signed application ?a "" ?a nil))
(defrule ask-for-time
  (to-answer (app ?a) (by ?by))
  (exists (pending))
  => (fired ask-for-time offer ?a "" ?a ?by))
(defrule tell-the-others-about-it
  (next-answer (by ?by))
  (pending (app ?a))
  (application (id ?a) (preferred ~no))
  (exists (held (app ?a)))
  (log (app ?a) (told-offer no))
  => (fired tell-the-others-about-it application ?a "" ?a ?by))
(deftemplate unsigned (slot app))
(defrule unsigned (declare (salience 100))
  (offer (app ?a) (signed nil))
  (application (id ?a) (status ~accepted&~rejected&~withdrawn))
  => (assert (unsigned (app ?a))))
(defrule weigh-them
  (candidate (id ?c))
  (exists (unsigned (app ?a)) (unsigned (app ~?a)))
  => (bind ?by nil)
     (do-for-fact ((?next next-answer)) TRUE (bind ?by ?next:by))
     (fired weigh-them candidate ?c "" ?c ?by))
(defrule withdraw-elsewhere
  (exists (settled))
  (application (id ?a) (status ~accepted&~rejected&~withdrawn))
  (not (firm (app ?a)))
  (log (app ?a) (told-withdrawal no))
  => (fired withdraw-elsewhere application ?a "" ?a nil))
(defrule settle-the-offer
  (application (id ?a) (status ?status&~accepted&~rejected&~withdrawn))
  (not (firm (app ?a)))
  (or (and (test (eq ?status offered)) (not (offer (app ?a)))) (offer (app ?a) (signed ~nil)))
  => (fired settle-the-offer application ?a "" ?a nil))
(defrule signed-and-done
  (case (now ?now))
  (firm (app ?a))
  (application (id ?a) (status ~accepted))
  (offer (app ?a) (start-on ?day&:(or (eq ?day nil) (< ?now ?day))))
  => (fired signed-and-done application ?a "" ?a ?day))
(defrule signed-and-begun
  (case (now ?now))
  (firm (app ?a))
  (application (id ?a) (status ~accepted))
  (offer (app ?a) (start-on ?day&~nil&:(<= ?day ?now)))
  => (fired signed-and-begun application ?a "" ?a nil))

; --- waiting, and letting go ---
(defrule wait-for-the-next-interview
  (pending (app ?a))
  (ahead (app ?a) (ended ?at))
  (not (ahead (app ?a) (ended ?sooner&:(< ?sooner ?at))))
  => (fired wait-for-the-next-interview application ?a "" ?a ?at))
(defrule wait-for-an-interview
  (pending (app ?a))
  (not (ahead (app ?a)))
  (not (held (app ?a)))
  => (fired wait-for-an-interview application ?a "" ?a nil))
(defrule wait-for-the-promised-day
  (waiting (app ?a))
  (promised (app ?a) (until ?until))
  (not (overdue (app ?a)))
  => (fired wait-for-the-promised-day application ?a "" ?a ?until))
(defrule wait-for-an-answer
  (waiting (app ?a))
  (not (promised (app ?a)))
  (not (overdue (app ?a)))
  (held (app ?a) (ended ?at) (answer-due ?due))
  (not (held (app ?a) (ended ?later&:(> ?later ?at))))
  => (fired wait-for-an-answer application ?a "" ?a ?due))
(defrule wait-after-writing
  (case (now ?now))
  (waiting (app ?a))
  (overdue (app ?a))
  (not (used-up (app ?a)))
  (log (app ?a) (heard ?heard) (wrote ?wrote&:(this-week ?wrote ?now)))
  (test (not (before ?wrote ?heard)))
  => (fired wait-after-writing application ?a "" ?a (+ ?wrote ?*week*)))
(defrule wait-after-hearing
  (case (now ?now))
  (waiting (app ?a))
  (overdue (app ?a))
  (not (used-up (app ?a)))
  (log (app ?a) (wrote ?wrote) (heard ?heard&:(this-week ?heard ?now)))
  (test (or (eq ?wrote nil) (< ?wrote ?heard)))
  => (fired wait-after-hearing application ?a "" ?a (+ ?heard ?*week*)))
(defrule wait-or-move-on
  (case (now ?now))
  (waiting (app ?a))
  (overdue (app ?a))
  (used-up (app ?a))
  (log (app ?a) (asked ?asked) (heard ?heard))
  =>
  (if (or (this-week ?asked ?now) (this-week ?heard ?now)
        (any-factp ((?i held)) (and (eq ?i:app ?a) (this-week ?i:ended ?now))))
    then (fired wait-before-letting-go application ?a "" ?a (plus ?asked ?*week*))
    else (fired move-on application ?a "" ?a nil)))
(defrule nothing-left-after-withdrawing
  (application (id ?a) (status ~accepted&~rejected&~withdrawn))
  (log (app ?a) (told-withdrawal yes))
  => (fired nothing-left-after-withdrawing application ?a "" ?a nil))
(defrule wait-where-no-contact-is-wanted
  (application (id ?a) (policy closed) (status ~accepted&~rejected&~withdrawn))
  (not (pending (app ?a)))
  (not (firm (app ?a)))
  (log (app ?a) (told-withdrawal no))
  (not (offer (app ?a) (signed nil)))
  => (fired wait-where-no-contact-is-wanted application ?a "" ?a nil))
