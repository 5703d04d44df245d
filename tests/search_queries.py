"""Sixty things that a runner, a therapist or an app would type, and what each must find within the first five.

Written before the ranking was tuned. Nothing leaves this table because it fails.
"""

RUNNERS_HIP = ("question/how-long-does-a-runners-hip-take-to-heal", "guide/about-hip-pain-from-running")
CLICKING = ("symptom/clicking-catching-or-locking",)
PAIN_RELIEF = ("treatment/otc-pain-relievers",)
IMPINGEMENT = ("condition/hip-impingement",)
BURSITIS = ("condition/hip-bursitis",)
LABRAL_TEAR = ("condition/labral-tear",)
ARTHRITIS = ("condition/hip-osteoarthritis",)
STRESS_FRACTURE = ("condition/hip-stress-fracture",)
TENDONITIS = ("condition/hip-tendonitis",)
SHOES = ("prevention_strategy/running-gear-and-footwear",)
WARM_UP = ("prevention_strategy/warm-up-and-cool-down",)
STEROIDS = ("treatment/corticosteroid-injection",)
PHYSIO = ("treatment/physiotherapy",)
SWELLING = ("symptom/swelling",)

QUERIES: dict[str, tuple[str, ...]] = {
    # In a runner's own words
    "runner's hip": RUNNERS_HIP,
    "runners hip": RUNNERS_HIP,
    "groin pain": ("symptom/front-of-hip-or-groin-pain",),
    "hip pain when running": ("symptom/persistent-discomfort", "guide/about-hip-pain-from-running"),
    "my hip clicks when I walk": CLICKING,
    "snapping hip": CLICKING,
    "hip hurts when I lie on my side": ("symptom/pain-lying-on-side",),
    "can't put weight on my leg": ("red_flag/cannot-bear-weight",),
    "limping after a run": ("symptom/limp",),
    "pulled hip flexor": ("condition/hip-flexor-strain",),
    "torn labrum": LABRAL_TEAR,
    "wear and tear of the hip": ARTHRITIS,
    "pinching in the front of my hip": ("symptom/rubbing-or-pinching", *IMPINGEMENT),
    "painkillers": PAIN_RELIEF,
    "ice or heat": ("treatment/ice",),
    "what shoes should I wear": SHOES,
    "how long will it take to heal": ("question/how-long-does-a-runners-hip-take-to-heal",),
    "is running bad for my hips": ("question/do-runners-have-bad-hips",),
    "when should I see a doctor": ("guide/when-to-seek-care",),
    "strong hips": ("prevention_strategy/hip-strengthening",),
    "increase mileage slowly": ("prevention_strategy/gradual-load",),
    "not eating enough": ("red_flag/low-energy-signs", "prevention_strategy/fuel-and-recovery"),
    # In a clinician's
    "FAI": IMPINGEMENT,
    "GTPS": BURSITIS,
    "greater trochanteric pain syndrome": BURSITIS,
    "gluteal tendinopathy": TENDONITIS,
    "femoral neck stress fracture": STRESS_FRACTURE,
    "acetabular labral tear": LABRAL_TEAR,
    "hip OA": ARTHRITIS,
    "cauda equina": ("red_flag/bladder-or-bowel-change",),
    "DVT": ("red_flag/blood-clot-signs",),
    "avascular necrosis": ("red_flag/bone-blood-supply-risk",),
    "septic arthritis": ("red_flag/hot-swollen-or-fever",),
    "NSAIDs": PAIN_RELIEF,
    "RED-S": ("red_flag/low-energy-signs",),
    "iliopsoas": ("body_structure/hip-flexors", "condition/hip-flexor-strain"),
    # British and American
    "paracetamol": PAIN_RELIEF,
    "acetaminophen": PAIN_RELIEF,
    "physical therapy": PHYSIO,
    "physio": PHYSIO,
    "cortisone shot": STEROIDS,
    "oedema": SWELLING,
    "edema": SWELLING,
    "trainers": SHOES,
    "sneakers": SHOES,
    "tendinitis": TENDONITIS,
    # Misspelt
    "bursitus": BURSITIS,
    "ostioarthritis": ARTHRITIS,
    "impingment": IMPINGEMENT,
    "stres fractur": STRESS_FRACTURE,
    "labrel tear": LABRAL_TEAR,
    "ibuprophen": PAIN_RELIEF,
    "phisiotherapy": PHYSIO,
    "grion pain": ("symptom/front-of-hip-or-groin-pain",),
    # While still typing
    "hip bur": BURSITIS,
    "osteo": ARTHRITIS,
    "stress fr": STRESS_FRACTURE,
    "clams": ("exercise/clamshell",),
    "warmup": WARM_UP,
    "how do I prev": ("guide/prevention-overview",),
}
