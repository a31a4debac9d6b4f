"""Every default once, grouped by stage.

May import: the standard library and `core`.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field
from typing import Final

from screening.core.vocabulary import Quality, Side, View


@dataclass(frozen=True, kw_only=True)
class VideoSettings:
    """Limits of a usable recording."""

    max_duration_s: float = 600.0
    max_side_px: int = 4096
    max_pixels: int = 4096 * 2304
    min_side_px: int = 160
    min_fps: float = 15.0
    min_duration_s: float = 1.0
    #: Above this rate frames are decoded but not converted: 60 pictures a second are enough.
    analysis_fps: float = 60.0


@dataclass(frozen=True, kw_only=True)
class PoseSettings:
    """Use of the network."""

    model: str = "pose_landmarker_full"
    min_confidence: float = 0.5
    #: Longest side of the picture the network gets; its own input is 256 px of the person's box.
    max_side_px: int = 960
    #: How often everybody in the picture is looked for.
    people_every_s: float = 4.0
    people_min_looks: int = 4
    people_max_looks: int = 40
    max_people: int = 4
    #: One of several people is meant if at least this much taller than the next, in most of the looks.
    clear_height_ratio: float = 1.4
    clear_share: float = 0.7
    min_person_share: float = 0.6
    #: Seen again in the flipped picture, a real body lies within this share of its height; a coat stand does not.
    confirm_share: float = 0.08
    #: Two finds closer than this many torso lengths are one person.
    same_person_torsos: float = 0.5
    #: How far back somebody who was seen too late is followed, and in how many pictures of a take at most.
    backwards_s: float = 1.0
    backwards_pictures: int = 240
    #: How often the background is compared with itself, and how many of the looks search for vertical edges.
    background_every_s: float = 0.2
    edge_looks: int = 6
    #: Evidence for a roll: length of agreeing edges in picture heights per look, their share of all, their number.
    edge_min_length: float = 0.2
    edge_min_share: float = 0.4
    edge_min_lines: float = 2.0
    #: Votes of the next best roll as a share of those of the best.
    edge_max_rival: float = 0.9


@dataclass(frozen=True, kw_only=True)
class CleaningSettings:
    """Spikes, gaps and the zero-lag filter (SCIENCE section 7)."""

    #: Neighbours that a point is compared with, and those (to either side) whose distances tell the usual spread.
    hampel_near_s: float = 0.14
    hampel_window_s: float = 0.25
    hampel_sigmas: float = 4.0
    max_gap_s: float = 0.2
    cutoff_hz: float = 6.0
    max_still_shift_px: float = 6.0
    #: Standard error of one coordinate of a single run of the network, in trunk lengths: half of what mirroring the
    #: picture moves hips and knees by (4-10 px of a 250 px trunk).
    single_run_sd: float = 0.02


@dataclass(frozen=True, kw_only=True)
class SceneSettings:
    """View, standing baseline and the gates of a usable take."""

    side_half_width_deg: float = 30.0
    frontal_half_width_deg: float = 20.0
    #: Somebody whose heading varies more (standard deviation) turns: which plane the picture shows is not known then.
    max_heading_spread_frontal_deg: float = 5.0
    max_heading_spread_oblique_deg: float = 8.0
    standing_speed: float = 0.06
    standing_min_s: float = 0.3
    max_roll_deg: float = 12.0
    visible_score: float = 0.5
    max_missing_share: float = 0.4
    max_hidden_share: float = 0.25
    #: Together these make a take unusable, each alone does not.
    max_roll_feet_hidden_deg: float = 5.0
    max_foot_hidden_share: float = 0.15
    min_body_share: float = 0.25
    dark_luma: float = 40.0
    moving_camera_share: float = 0.004
    margin_share: float = 0.02


@dataclass(frozen=True, kw_only=True)
class SpatialSettings:
    """Legs and trunk in space from the front, feet side by side; lengths in leg lengths (hip to ankle)."""

    #: Focal length in the picture's longer side: that of most phones.
    focal: float = 0.83
    #: The network lets a standing person lean so far towards a level camera, degrees.
    pitch_bias_deg: float = 6.0
    #: Standard errors: a point's height in the picture, mid-points sideways (sway), one hip ahead of the other.
    height_sd: float = 0.02
    across_sd: float = 0.06
    hips_sd: float = 0.03
    #: How far ahead of the ankles the body's weight is.
    balance_ahead: float = 0.05
    balance_sd: float = 0.06
    #: Standard error of the network's own angles, degrees.
    network_sd_deg: float = 15.0
    #: Feet that move less in the picture, and are less far one before the other, stay side by side.
    max_slide: float = 0.18
    max_step: float = 0.25
    #: Hips that go down by less say nothing about lengths.
    min_drop: float = 0.1


@dataclass(frozen=True, kw_only=True)
class JointSettings:
    """Where the joints lie below their landmarks in side views; lengths in trunk lengths (mid-hip to mid-shoulder).

    Fitted by `python -m tests.benchmarks.refit CLIPS` to people with exact joints.
    """

    #: Whether points are landmarks of this program's network; markers of another tracker stay where they are.
    of_the_network: bool = True
    #: Hip landmarks in front of the joints and above them, and how much higher per radian of hip flexion.
    hip_ahead: float = 0.089
    hip_up: float = -0.167
    hip_climb: float = 0.155
    knee_ahead: float = 0.026
    #: Ankle landmarks above the joint, along the shank, and in front of it, square to the shank.
    ankle_up: float = 0.039
    ankle_ahead_front: float = 0.011
    ankle_ahead_rear: float = 0.030
    #: Lengths of thigh and shank; how much longer the leg next to the camera looks, and a front thigh than a
    #: rear one in a split stance.
    thigh: float = 0.785
    shank: float = 0.83
    near_far: float = 0.027
    thigh_turned: float = 0.049
    #: How far the lengths of a person's thighs and shanks spread about these, as a share.
    own_length_sd: float = 0.05
    #: A hip that the turning pelvis brings forward on the camera's side moves the hip landmarks back by this share.
    hip_turn: float = 0.435
    #: How far a turning pelvis brings a hip forward.
    turn_sd: float = 0.04
    #: Standard errors of what is known about places and lengths; of a knee before the take has told by how much it
    #: reads its knees off the joints, and afterwards; how much larger the latter is along the shank than square to it.
    hip_sd: float = 0.02
    untold_knee_sd: float = 0.1
    knee_sd: float = 0.05
    knee_along: float = 2.0
    ankle_sd: float = 0.01
    length_sd: float = 0.01
    #: From the front, where the picture does not show the sagittal plane.
    in_space: SpatialSettings = field(default_factory=SpatialSettings)


@dataclass(frozen=True, kw_only=True)
class SurfaceSettings:
    """Following the trunk's surface from behind or in front."""

    #: The pelvis moves slowly: this many pictures a second are followed, the rest is interpolated.
    fps: float = 10.0
    #: From the side each picture needs a second run of the network: so many a second, but `fps` at `best`.
    outline_fps: float = 6.0
    max_side_px: int = 1280
    #: The low-pass follows the movement's own speed between these.
    min_cutoff_hz: float = 1.2
    cutoff_hz: float = 4.0
    max_gap_s: float = 0.3
    #: The second reference picture, the top before the second repetition, is used if it comes within this time.
    second_reference_s: float = 10.0
    #: A picture is not believed that explains less of the patch's texture than this share of what the picture next to
    #: the reference explains; nor is any where camera noise leaves less than `min_beside` there.
    min_explained: float = 0.5
    #: Nor is one that explains no more on one side of the patch than noise would: an arm is there.
    min_explained_side: float = 0.0
    min_beside: float = 0.25
    #: Nothing is shown of a take in which fewer of the repetitions' pictures are believed.
    min_followed_share: float = 0.4
    #: Cloth slides where the patches' rotations lie further apart, or so much of the texture gets lost in the movement
    #: (medians over the repetitions).
    max_median_spread_deg: float = 3.5
    max_median_loss: float = 0.33
    #: A single picture is not believed in which they lie further apart than this.
    max_spread_deg: float = 10.0
    #: A hand on a hip in more of the repetitions' frames than this hides the pelvis.
    hands_on_hips_share: float = 0.5
    #: A camera that turns by more than this, in more of the frames than this, is not compensated any more.
    max_camera_turn_deg: float = 4.0
    max_shaken_share: float = 0.25
    #: Where it turned by more than this, frames whose background tells nothing are left out.
    still_camera_deg: float = 0.3
    #: Half the side of the square cut out around the hips, hip widths.
    cutout: float = 2.4
    samples_per_hip_width: float = 24.0
    #: Focal length in picture heights where nobody told it: that of most phones.
    focal_heights: float = 0.83


@dataclass(frozen=True, kw_only=True)
class MovementSettings:
    """What counts as a repetition."""

    min_drop_pct: float = 12.0
    min_rep_s: float = 0.7
    max_rep_s: float = 15.0
    bottom_band: float = 0.15
    edge_band: float = 0.08
    #: Repetitions shallower than this share of the deepest usual one do not count.
    shallow_share: float = 0.5
    #: Fewer counted repetitions than this are too few to say how they vary.
    min_reps: int = 3
    #: On average quicker than this, a repetition is hurried, or the video is a time lapse.
    quick_rep_s: float = 1.5
    #: In movements of one leg the hips go down by less than this, percent of the trunk's length.
    max_sink_pct: float = 25.0
    #: A planted foot moves less than this while the other leg moves, percent of the trunk's length.
    max_foot_slide_pct: float = 20.0
    #: Feet at least this far apart along the way the person faces stand one before the other.
    min_step_pct: float = 20.0
    #: A heel that comes up by more than this is not down any more.
    heel_lift_pct: float = 6.0
    #: A foot this much higher than the other one is lifted; a hold lasts at least so long.
    min_lift_pct: float = 12.0
    min_hold_s: float = 2.0
    #: Hips, shoulders and feet slower than this (trunk lengths a second) for so long stand quietly.
    quiet_speed: float = 0.12
    quiet_min_s: float = 3.0


@dataclass(frozen=True, kw_only=True)
class ScreenSettings:
    """How the takes of a screen are measured and compared (SCIENCE section 5)."""

    quality: Quality = Quality.BEST
    #: Fewer usable repetitions of a side than this give no verdict.
    min_reps: int = 3
    #: Repetitions are partners if their depths and their durations differ by no more than these shares.
    depth_tolerance: float = 0.2
    tempo_tolerance: float = 0.4
    #: Resamples of the interval, and the seed that makes it the same every time.
    bootstrap_draws: int = 2000
    seed: int = 20261120
    #: Share of false alarms that is accepted among the clear differences of one screen (Benjamini-Hochberg).
    false_discovery: float = 0.025
    #: Metrics that two kinds of view measure independently and well enough to be averaged.
    fused: tuple[str, ...] = ("tilt_deg",)
    #: Share of the error of the tilt read from the back's outline that the arch read from it has too: slope over the
    #: repetitions of five rendered takes from the side (`python -m tests.benchmarks.calibrate` prints it).
    arch_shares_tilt_error: float = 0.83
    curve_points: int = 101


@dataclass(frozen=True, kw_only=True)
class ReportSettings:
    """Sizes of what is shown."""

    overlay_max_side_px: int = 960
    overlay_crf: int = 26
    picture_max_side_px: int = 640
    max_pictures: int = 12
    jpeg_quality: int = 82
    curve_points: int = 101
    #: Size of the PDF's pages, "a4" or "letter", and how many key pictures of a take it holds.
    paper: str = "a4"
    pdf_pictures: int = 6
    pdf_picture_max_side_px: int = 420
    #: Whether heads are blurred in overlay and pictures.
    blur_face: bool = False


@dataclass(frozen=True, kw_only=True)
class WebSettings:
    """The page, its uploads and its worker."""

    host: str = "127.0.0.1"
    port: int = 8501
    max_upload_bytes: int = 4 * 1024**3
    ticket_minutes: int = 30
    poll_s: float = 1.0
    min_free_bytes: int = 512 * 1024**2
    #: Uploads that nobody turned into a job are removed after this time.
    abandoned_hours: float = 24.0
    #: How often a worker looks for work, says that it is alive, and writes its progress.
    idle_s: float = 0.5
    heartbeat_s: float = 2.0
    progress_s: float = 0.5
    #: A running job whose worker was silent for so long goes back to the queue, so many times at most.
    stale_s: float = 60.0
    max_tries: int = 3
    cores_per_worker: int = 2


@dataclass(frozen=True, kw_only=True)
class FramingSettings:
    """When a person stands well in the live picture, before filming."""

    #: The small pictures that the page sends: at most so many bytes and pixels on the longer side.
    max_bytes: int = 400_000
    max_side_px: int = 1280
    every_s: float = 0.5
    #: The network is put away when nobody has asked for so long.
    idle_s: float = 60.0
    #: Mean brightness 0-255 that is still enough.
    min_luma: float = 45.0
    #: A landmark counts as seen from this score on, and as inside at this share of the picture from its edge.
    min_visibility: float = 0.3
    edge_share: float = 0.015
    #: From head to feet the body takes this share of the picture's height.
    min_body_share: float = 0.33
    max_body_share: float = 0.93
    #: Mid-hip lies this far from the vertical middle line at most, share of the width.
    max_off_centre_share: float = 0.25
    #: How far the hips may lie below (+) or above the camera's level, degrees seen from the camera.
    max_camera_high_deg: float = 13.0
    max_camera_low_deg: float = 15.0
    #: The network lets a level camera seem to look down by so much, degrees.
    pitch_bias_deg: float = 6.0
    #: Focal length in picture heights where nobody told it: that of most phones.
    focal_heights: float = 0.83
    #: Right framing for so long starts the countdown; so many seconds are counted.
    hold_s: float = 2.0
    countdown_s: int = 3
    #: A recording ends by itself after so long, and this long after the last repetition.
    max_take_s: float = 90.0
    after_set_s: float = 2.0


@dataclass(frozen=True, kw_only=True)
class StoreSettings:
    """The database and the files beside it."""

    #: How long to wait for another writer, or for the database's machine to answer.
    busy_timeout_s: float = 15.0
    #: Raw videos are deleted after this time, unless somebody keeps them on purpose.
    keep_video_days: float = 30.0


@dataclass(frozen=True, kw_only=True)
class LandmarkSettings:
    """Landmarks of another tracker that take the place of a video."""

    #: Nobody measured the other tracker here: the registry's errors are stated wider by this factor.
    error_factor: float = 1.5
    #: The picture that a camera would have seen, and the room around the body in it.
    px_per_m: float = 400.0
    margin_px: float = 120.0


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings of the program."""

    video: VideoSettings = field(default_factory=VideoSettings)
    pose: PoseSettings = field(default_factory=PoseSettings)
    cleaning: CleaningSettings = field(default_factory=CleaningSettings)
    scene: SceneSettings = field(default_factory=SceneSettings)
    joints: JointSettings = field(default_factory=JointSettings)
    surface: SurfaceSettings = field(default_factory=SurfaceSettings)
    movement: MovementSettings = field(default_factory=MovementSettings)
    screen: ScreenSettings = field(default_factory=ScreenSettings)
    report: ReportSettings = field(default_factory=ReportSettings)
    landmarks: LandmarkSettings = field(default_factory=LandmarkSettings)
    web: WebSettings = field(default_factory=WebSettings)
    store: StoreSettings = field(default_factory=StoreSettings)
    framing: FramingSettings = field(default_factory=FramingSettings)

    def sha256(self) -> str:
        """Fingerprint of all values that can change a result."""
        measured = {k: v for k, v in asdict(self).items() if k not in ("web", "framing", "store")}
        return hashlib.sha256(repr(sorted(measured.items())).encode()).hexdigest()


DEFAULTS: Final = Settings()
#: Language of the sentences where nobody chose one.
DEFAULT_LANGUAGE: Final = "en"


@dataclass(frozen=True, kw_only=True)
class TakeOptions:
    """What the person tells about one take; None means: find out.

    `mirrored` None means that nobody said; the take is then read as un-mirrored and the report says so.
    `language` is that of the sentences; it changes no number.
    """

    movement: str = "split_squat"
    view: View | None = None
    lead: Side | None = None
    alternating: bool = False
    mirrored: bool | None = None
    capture_fps: float | None = None
    height_cm: float | None = None
    quality: Quality = Quality.STANDARD
    language: str = DEFAULT_LANGUAGE
