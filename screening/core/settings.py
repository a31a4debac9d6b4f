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
    #: A 2nd-order filter run forth and back loses 3 dB twice; dividing by this keeps the cut-off.
    two_pass_factor: float = 0.802
    order: int = 2
    max_still_shift_px: float = 6.0
    #: Standard error of one coordinate of a single run of the network, in trunk lengths: half of what mirroring the
    #: picture moves hips and knees by (4-10 px of a 250 px trunk).
    single_run_sd: float = 0.02


@dataclass(frozen=True, kw_only=True)
class SceneSettings:
    """View, standing baseline and the gates of a usable take."""

    side_half_width_deg: float = 30.0
    frontal_half_width_deg: float = 20.0
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
class SurfaceSettings:
    """Following the trunk's surface from behind."""

    #: The pelvis moves slowly: this many pictures a second are followed, the rest is interpolated.
    fps: float = 10.0
    max_side_px: int = 1280
    cutoff_hz: float = 4.0
    max_gap_s: float = 0.3
    #: A picture that explains less of the patch's texture is not believed.
    min_explained: float = 0.5
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


@dataclass(frozen=True, kw_only=True)
class ReportSettings:
    """Sizes of what is shown."""

    overlay_max_side_px: int = 960
    overlay_crf: int = 26
    picture_max_side_px: int = 640
    max_pictures: int = 12
    jpeg_quality: int = 82
    curve_points: int = 101


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
class Settings:
    """All settings of the program."""

    video: VideoSettings = field(default_factory=VideoSettings)
    pose: PoseSettings = field(default_factory=PoseSettings)
    cleaning: CleaningSettings = field(default_factory=CleaningSettings)
    scene: SceneSettings = field(default_factory=SceneSettings)
    surface: SurfaceSettings = field(default_factory=SurfaceSettings)
    movement: MovementSettings = field(default_factory=MovementSettings)
    report: ReportSettings = field(default_factory=ReportSettings)
    web: WebSettings = field(default_factory=WebSettings)

    def sha256(self) -> str:
        """Fingerprint of all values that can change a result."""
        measured = {k: v for k, v in asdict(self).items() if k not in ("web",)}
        return hashlib.sha256(repr(sorted(measured.items())).encode()).hexdigest()


DEFAULTS: Final = Settings()


@dataclass(frozen=True, kw_only=True)
class TakeOptions:
    """What the person tells about one take; None means: find out.

    `mirrored` None means that nobody said; the take is then read as un-mirrored and the report says so.
    """

    movement: str = "split_squat"
    view: View | None = None
    lead: Side | None = None
    alternating: bool = False
    mirrored: bool | None = None
    capture_fps: float | None = None
    height_cm: float | None = None
    quality: Quality = Quality.STANDARD
